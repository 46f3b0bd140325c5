// By keys alone: nobody here points at anything, and always knows where they are.
import { SUBMIT, asks } from "./graphql.js";
import { expect, test, testAmong } from "./lyceum.js";
import { APPROVE, DESCRIPTION, done, field, heading, main, resource, story } from "./people.js";

const scripted = { javaScriptEnabled: true };
const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const radio = (page, name) => page.getByRole("radio", { name });

// Where somebody is: it has the focus, is on the screen, has a line around it, and nothing lies on it.
async function isAt(place) {
  await expect(place).toBeFocused();
  await expect(place).toBeInViewport();
  const seen = await place.evaluate((it) => {
    const { left, top, width, height } = it.getBoundingClientRect();
    const middle = document.elementFromPoint(left + width / 2, Math.min(top + height / 2, innerHeight - 1));
    const { outlineStyle, outlineWidth } = getComputedStyle(it);
    return { isOnTop: it.contains(middle), isLined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 1 };
  });
  expect.soft(seen, `the focus shows on ${place}`).toEqual({ isOnTop: true, isLined: true });
}

// Goes on, stop by stop, until there.
async function tabsTo(page, place, stops = 120) {
  for (let stop = 0; stop < stops; stop += 1) {
    await page.keyboard.press("Tab");
    if (await place.evaluate((it) => it === document.activeElement)) return isAt(place);
  }
  throw new Error(`${place} was not reached in ${stops} stops`);
}

async function presses(page, place) {
  await tabsTo(page, place);
  await page.keyboard.press("Enter");
}

// Past the navigation, as the first stop of every page offers.
async function skips(page) {
  await page.keyboard.press("Tab");
  await isAt(link(page, "Skip to the content"));
  await page.keyboard.press("Enter");
  await expect(main(page)).toBeFocused();
}

async function types(page, place, words) {
  await page.keyboard.type(words);
  await isAt(place);
  await expect(place).toHaveValue(words);
}

async function writes(page, place, words) {
  await tabsTo(page, place);
  await types(page, place, words);
}

async function comesIn(browserOf, lyceum, handle, options) {
  const page = await browserOf(undefined, options);
  await page.goto(await lyceum.signInLink(handle));
  await skips(page);
  await presses(page, main(page).getByRole("button", { name: "Sign in" }));
  await expect(done(page)).toContainText("You are signed in.");
  return page;
}

for (const [how, options] of Object.entries({ "with scripts": scripted, "without scripts": { javaScriptEnabled: false } })) {
  test(`a resource is shared by keyboard, ${how}`, async ({ browserOf, lyceum }) => {
    const it = resource(`Doors that open by themselves, ${how}`);
    const page = await comesIn(browserOf, lyceum, "siobhan", options);
    await presses(page, page.getByRole("list", { name: "You" }).getByRole("link", { name: "Share" }));
    await expect(heading(page, "Share a resource")).toBeVisible();
    await skips(page);
    await writes(page, field(page, "Link"), it.url);
    await tabsTo(page, field(page, "Title"));
    const kind = page.getByLabel("Kind", { exact: true });
    await tabsTo(page, kind);
    await page.keyboard.type("Guide");
    await isAt(kind);
    await expect(kind).toHaveValue("guide");
    await writes(page, field(page, DESCRIPTION), it.description);
    await presses(page, button(page, "Send for review"));

    await expect(page).toHaveTitle(/^Error: /);
    await isAt(page.getByRole("alert"));
    await presses(page, page.getByRole("alert").getByRole("link", { name: "Give it the title that it carries" }));
    await isAt(field(page, "Title"));
    await types(page, field(page, "Title"), it.title);
    await expect(field(page, DESCRIPTION)).toHaveValue(it.description);
    await presses(page, button(page, "Send for review"));
    await expect(story(page, it.title)).toContainText("Waiting for review");
    await expect(page).toHaveURL(/\/submissions\/\d+/);
    await skips(page);
  });
}

test("a topic is suggested by keyboard", async ({ browserOf, lyceum }) => {
  const name = "Shade where the bus stops";
  const page = await comesIn(browserOf, lyceum, "siobhan", scripted);
  await presses(page, page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Topics" }));
  await expect(heading(page, "Topics")).toBeVisible();
  await skips(page);
  await presses(page, link(page, "Suggest a topic"));
  await expect(heading(page, "Suggest a topic")).toBeVisible();
  await skips(page);
  await writes(page, field(page, "Name"), name);
  await writes(page, field(page, "What it is about"), "Who waits in the sun, and who could plant a tree there.");
  await writes(page, field(page, "Why it matters now"), "It is getting hotter.");
  await presses(page, button(page, "Send for review"));
  await expect(story(page, name)).toContainText("Waiting for review");
  await skips(page);
});

test("somebody comments by keyboard", async ({ browserOf, lyceum }) => {
  const words = "Ours opens outwards, which helps nobody with a pram.";
  const page = await comesIn(browserOf, lyceum, "siobhan", scripted);
  await presses(page, page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Topics" }));
  await expect(heading(page, "Topics")).toBeVisible();
  await skips(page);
  await presses(page, link(page, "Design justice"));
  await expect(heading(page, "Design justice")).toBeVisible();
  await skips(page);
  await tabsTo(page, field(page, "Your comment"));
  await presses(page, button(page, "Send comment"));
  await isAt(page.getByRole("alert"));
  await presses(page, page.getByRole("alert").getByRole("link", { name: "Write something first" }));
  await isAt(field(page, "Your comment"));
  await types(page, field(page, "Your comment"), words);
  await presses(page, button(page, "Send comment"));
  await expect(done(page)).toContainText("Sent. This page always shows where your comment stands.");
  await expect(main(page)).toContainText(words);
  await skips(page);
});

const among = testAmong({ ada: { name: "Ada Brightwater" }, grace: { name: "Grace Lindqvist", role: "moderator" } });

// Answers the titles, oldest first.
async function brings(page, home, count) {
  const titles = Array.from({ length: count }, (_, number) => `Leaflet number ${number + 1}`);
  for (const [number, title] of titles.entries()) {
    const input = { title, url: `https://leaflet-${number + 1}.example/`, kind: "guide", description: "One page, to be hung up where people wait." };
    expect((await asks(page, home, SUBMIT, { input })).userErrors).toEqual([]);
  }
  return titles;
}

const send = (page) => button(page, "Send decision, open next");

among("thirty things are decided in at most three keystrokes each", async ({ browserOf, lyceum }) => {
  const titles = await brings(await browserOf("ada"), lyceum.address, 30);
  const page = await comesIn(browserOf, lyceum, "grace", scripted);
  let strokes = 0;
  const key = (name) => {
    strokes += 1;
    return page.keyboard.press(name);
  };
  await page.goto("/desk");
  await page.keyboard.press("j");
  await isAt(link(page, titles[0]));
  await page.keyboard.press("Enter");

  // Every tenth is not included, for the reason that is chosen by its first letter.
  const declines = titles.filter((_, number) => number % 10 === 9);
  for (const [number, title] of titles.entries()) {
    await expect(heading(page, title)).toBeVisible();
    strokes = 0;
    if (declines.includes(title)) {
      await key("d");
      await expect(radio(page, "Do not include it")).toBeChecked();
      await isAt(page.getByLabel("Reason", { exact: true }));
      await key("m");
      await expect(page.getByLabel("Reason", { exact: true }).locator("option:checked")).toHaveText("Mostly promotion");
    } else {
      await key("a");
      await expect(radio(page, APPROVE)).toBeChecked();
      await isAt(send(page));
    }
    await key("Enter");
    await expect(done(page), title).toContainText("Decided");
    expect(strokes, title).toBeLessThanOrEqual(3);
    await expect(heading(page, titles[number + 1] ?? "Desk")).toBeVisible();
  }
  await expect(main(page)).toContainText("The desk is clear.");
  const included = (await asks(page, lyceum.address, "{ library(first: 100) { nodes { title } } }")).nodes.map(({ title }) => title);
  expect(included.toSorted()).toEqual(titles.filter((title) => !declines.includes(title)).toSorted());
});

among("the desk is read by single keys, which can be looked up and turned off", async ({ browserOf, lyceum }) => {
  const [first, second] = await brings(await browserOf("ada"), lyceum.address, 3);
  const page = await comesIn(browserOf, lyceum, "grace", scripted);
  const message = field(page, "Words for the author");
  const help = page.getByRole("dialog");

  await test.step("on the queue they go from one to the other", async () => {
    await page.goto("/desk");
    for (const title of [first, second]) {
      await page.keyboard.press("j");
      await isAt(link(page, title));
    }
    await page.keyboard.press("k");
    await isAt(link(page, first));
    await page.keyboard.press("Enter");
    await expect(heading(page, first)).toBeVisible();
  });

  await test.step("on a page they choose, and none of them sends", async () => {
    await page.keyboard.press("a");
    await expect(radio(page, APPROVE)).toBeChecked();
    await isAt(send(page));
    await page.keyboard.press("c");
    await expect(radio(page, "Ask for changes")).toBeChecked();
    await isAt(field(page, "What should change? Title"));
    await page.keyboard.press("Escape");
    await expect(field(page, "What should change? Title")).not.toBeFocused();
    await page.keyboard.press("d");
    await expect(radio(page, "Do not include it")).toBeChecked();
    await isAt(page.getByLabel("Reason", { exact: true }));
    await page.keyboard.press("Escape");
    await page.keyboard.press("r");
    await isAt(message);
    await expect(heading(page, first)).toBeVisible();
  });

  await test.step("in a field they are letters", async () => {
    await types(page, message, "jack adored krill?");
    await expect(radio(page, "Do not include it")).toBeChecked();
    await expect(help).toHaveCount(0);
    await page.keyboard.press("Escape");
    await expect(message).not.toBeFocused();
  });

  await test.step("with another key held down they are the browser’s", async () => {
    for (const key of ["Control+a", "Alt+a", "Meta+a"]) await page.keyboard.press(key);
    await expect(radio(page, "Do not include it")).toBeChecked();
  });

  await test.step("the list of keys opens, closes, and leads back", async () => {
    await page.keyboard.press("r");
    await page.keyboard.press("Escape");
    await page.keyboard.press("a");
    await isAt(send(page));
    await page.keyboard.press("?");
    await expect(help).toBeVisible();
    await expect(help).toContainText(/Put it in the library|approve/i);
    expect(await page.evaluate(() => document.activeElement.closest("dialog") !== null), "the focus is in it").toBe(true);
    await page.keyboard.press("Escape");
    await expect(help).toHaveCount(0);
    await isAt(send(page));
  });

  await test.step("they lead to the next one and back to the queue", async () => {
    await page.keyboard.press("j");
    await expect(heading(page, second)).toBeVisible();
    await page.keyboard.press("k");
    await expect(heading(page, "Desk")).toBeVisible();
  });

  await test.step("they can be turned off, and stay off", async () => {
    await page.keyboard.press("?");
    const box = help.getByRole("checkbox");
    if (!(await box.evaluate((it) => it === document.activeElement))) await tabsTo(page, box, 10);
    await page.keyboard.press("Space");
    await page.keyboard.press("Escape");
    await expect(help).toHaveCount(0);
    for (const where of ["here", "after it was loaded again"]) {
      await page.keyboard.press("j");
      await expect(link(page, first), where).not.toBeFocused();
      await page.reload();
    }
  });
});
