// What people do here from beginning to end, in a browser that runs no script.
import { expect, start, test } from "./lyceum.js";
import {
  DESCRIPTION, asksForLink, decides, done, field, fillsIn, follow, heading, isRefused, isWellMade, joins, opensForReview, press, resource, shares,
  statusOf, story,
} from "./people.js";

const WELCOME = "Welcome. You can share a resource now";
const TITLE_ASKED = "Please name the season it is for.";

async function asksToJoin(page, lyceum, email) {
  await page.goto("/join");
  await asksForLink(page, lyceum, email);
}

async function isNowhere(page, title, path) {
  for (const address of ["/", "/library", "/library?kind=guide", "/library?sort=title"]) {
    await page.goto(address);
    await expect(page.getByText(title)).toHaveCount(0);
  }
  const query = "{ library(first: 100) { nodes { title } } }";
  expect(await (await page.request.post("/graphql", { data: { query } })).text()).not.toContain(title);
  for (const address of [path, path.replace("/submissions/", "/desk/")]) {
    await page.goto(address);
    await expect(heading(page, "Sign in or join")).toBeVisible();
  }
}

test("a newcomer joins, shares a resource, mends it, and finds it in the library", async ({ browserOf, lyceum }) => {
  const email = "amina@example.org";
  const it = resource("Shade on the way to school");
  const mended = "Shade on the way to school in summer";
  const [author, visitor, wren] = [await browserOf(), await browserOf(), await browserOf("wren")];
  let path;

  await test.step("joins by e-mail, at the second try", async () => {
    await asksToJoin(author, lyceum, email);
    await isWellMade(author, "join");
    expect(await statusOf(author, "Join")).toBe(422);
    await isRefused(author, field(author, "Name"), "Give a name");
    await isRefused(author, field(author, "Handle"), "Choose a handle");
    await isRefused(author, author.getByLabel("Sector"), "Choose where you come from");
    await isRefused(author, author.getByLabel("I agree to the guidelines"), "Read the guidelines");
    await isWellMade(author, "join-with-errors");
    await joins(author, { name: "Amina Okoro", handle: "amina", sector: "Academia" });
    await expect(done(author)).toContainText(WELCOME);
    await isWellMade(author, "joined");
  });

  await test.step("shares, at the second try, without typing anything twice", async () => {
    await author.getByRole("list", { name: "You" }).getByRole("link", { name: "Share" }).click();
    await isWellMade(author, "share-empty");
    await fillsIn(author, { ...it, title: "" });
    expect(await statusOf(author, "Send for review")).toBe(422);
    await isRefused(author, field(author, "Title"), "Give it the title that it carries");
    await expect(field(author, "Link")).toHaveValue(it.url);
    await expect(author.getByLabel("Kind", { exact: true })).toHaveValue("guide");
    await expect(field(author, DESCRIPTION)).toHaveValue(it.description);
    await isWellMade(author, "share-with-errors");
    await field(author, "Title").fill(it.title);
    await press(author, "Send for review");
    await expect(heading(author, it.title)).toBeVisible();
    await isWellMade(author, "submission-waiting");
    path = new URL(author.url()).pathname;
  });

  await test.step("sees that it waits, while nobody else sees it", async () => {
    await author.goto("/submissions");
    await expect(story(author, it.title)).toContainText("Waiting for review");
    await isWellMade(author, "submissions-of-newcomer");
    await isNowhere(visitor, it.title, path);
    const member = await browserOf("haruki");
    expect((await member.goto(path)).status()).toBe(404);
  });

  await test.step("a moderator asks for another title", async () => {
    await opensForReview(wren, it.title);
    await isWellMade(wren, "review-of-newcomer");
    await field(wren, "What should change? Title").fill(TITLE_ASKED);
    await decides(wren, "Ask for changes", { message: "Just what schools ask us for." });
    await expect(wren.getByText("Decided. The author gets a letter")).toBeVisible();
    await isWellMade(wren, "review-next");
  });

  await test.step("the author reads what is asked beside the field, and does it", async () => {
    const letter = await lyceum.letter(email, "Changes needed");
    expect(letter.text).toContain(`Title: ${TITLE_ASKED}`);
    expect(letter.text).toContain("Just what schools ask us for.");
    await author.goto(letter.link);
    await expect(story(author, it.title)).toContainText("Changes needed");
    await expect(author.getByText(`A moderator asks: ${TITLE_ASKED}`)).toBeVisible();
    await expect(field(author, "Title")).toHaveValue(it.title);
    await expect.soft(field(author, "Title"), "the request is announced with its field").toHaveAccessibleDescription(new RegExp(TITLE_ASKED));
    await expect.soft(author.getByLabel("I have done this"), "nothing is ticked for the author").not.toBeChecked();
    await isWellMade(author, "submission-with-request");
    await field(author, "Title").fill(mended);
    await author.getByLabel("I have done this").check();
    await press(author, "Send back for review");
    await expect(story(author, mended)).toContainText("Waiting for review");
    await expect(author.getByText("Done in the second version")).toBeVisible();
    await isWellMade(author, "submission-sent-back");
  });

  await test.step("the moderator puts it into the library, where a visitor finds it", async () => {
    await opensForReview(wren, mended);
    await expect(wren.getByRole("region", { name: "What was asked for" })).toContainText("Done in the second version");
    await isWellMade(wren, "review-sent-back");
    await decides(wren, "Put it in the library");
    await visitor.goto("/library");
    await isWellMade(visitor, "library-with-it");
    await follow(visitor, mended);
    await expect(heading(visitor, mended)).toBeVisible();
    await expect(visitor.getByText("Print it and hang it where people wait.")).toBeVisible();
    await expect(visitor.getByRole("link", { name: "Open it" })).toHaveAttribute("href", it.url);
    await isWellMade(visitor, "resource-of-newcomer");
  });

  await test.step("the author is told where it is", async () => {
    const letter = await lyceum.letter(email, "In the library");
    await author.goto(letter.link);
    await expect(heading(author, mended)).toBeVisible();
    await author.goto(path);
    await expect(story(author, mended)).toContainText("In the library");
    await isWellMade(author, "submission-published");
  });
});

test("an author reads why something is not included", async ({ browserOf, lyceum }) => {
  const it = resource("A free month of scheduling software");
  const [author, wren] = [await browserOf("siobhan"), await browserOf("wren")];
  await shares(author, it);
  const address = author.url();

  await opensForReview(wren, it.title);
  await wren.getByRole("radio", { name: "Do not include it" }).check();
  expect(await statusOf(wren, "Send decision, open next")).toBe(422);
  await isRefused(wren, wren.getByLabel("Reason", { exact: true }), "Choose a reason");
  await isWellMade(wren, "review-with-errors");
  await decides(wren, "Do not include it", { reason: "Mostly promotion", message: "The price list is most of it." });

  await author.goto(address);
  await expect(story(author, it.title)).toContainText("Not included");
  for (const words of ["the library does not carry advertising", "The price list is most of it."]) {
    await expect(story(author, it.title)).toContainText(words);
  }
  await isWellMade(author, "submission-declined");
  const letter = await lyceum.letter("siobhan", it.title);
  expect(letter.text).toContain("the library does not carry advertising");
});

test("an author takes something back, and the desk lets go of it", async ({ browserOf }) => {
  const it = resource("Minutes of a meeting that will be held again");
  const [author, wren] = [await browserOf("siobhan"), await browserOf("wren")];
  await shares(author, it);
  await author.getByText("Take it back", { exact: true }).click();
  await press(author, "Yes, take it back");
  await expect(story(author, it.title)).toContainText("Taken back");
  await isWellMade(author, "submission-taken-back");
  await wren.goto("/desk");
  await expect(wren.getByText(it.title)).toHaveCount(0);
});

test("taking back loses nothing that was typed, when a moderator was faster", async ({ browserOf }) => {
  const it = resource("Cool rooms within a ten minute walk");
  const [author, wren] = [await browserOf("siobhan"), await browserOf("wren")];
  await shares(author, it);
  await author.getByText("Take it back", { exact: true }).click();
  await opensForReview(wren, it.title);
  await field(wren, "What should change? Title").fill(TITLE_ASKED);
  await decides(wren, "Ask for changes");

  expect(await statusOf(author, "Yes, take it back")).toBe(409);
  await expect(author.getByRole("alert")).toContainText("Somebody was faster");
  await expect(field(author, "Title")).toHaveValue(it.title);
  await expect(field(author, DESCRIPTION)).toHaveValue(it.description);
});

test("a draft is kept with what is missing, and sent once it is whole", async ({ browserOf }) => {
  const it = resource("Questions to bring to a first appointment");
  const [author, wren] = [await browserOf("siobhan"), await browserOf("wren")];
  await author.goto("/share");
  await field(author, "Title").fill(it.title);
  await press(author, "Keep as draft");
  await expect(story(author, it.title)).toContainText("Draft");
  await isWellMade(author, "submission-draft");
  await wren.goto("/desk");
  await expect(wren.getByText(it.title)).toHaveCount(0);

  await author.goto("/submissions");
  await follow(author, it.title);
  await fillsIn(author, it);
  await press(author, "Send for review");
  await expect(story(author, it.title)).toContainText("Waiting for review");
  await opensForReview(wren, it.title);
});

test("of two moderators, the slower is told what is there now", async ({ browserOf }) => {
  const it = resource("A map of drinking fountains");
  const [author, wren, tobias] = [await browserOf("siobhan"), await browserOf("wren"), await browserOf("tobias")];
  await shares(author, it);
  await opensForReview(wren, it.title);
  await opensForReview(tobias, it.title);
  await decides(wren, "Put it in the library");

  expect(await decides(tobias, "Do not include it", { reason: "Out of scope", message: "Not ours, I think." })).toBe(409);
  await expect(tobias.getByRole("alert")).toContainText("Somebody was faster");
  await expect(tobias.getByRole("alert")).toContainText("In the library");
  await expect(tobias.getByRole("main")).toContainText("Put into the library by Wren Hallorick");
  await isWellMade(tobias, "review-too-late");
});

test("an empty library says so, and lets its first administrator in", async ({ browser, engine }) => {
  const lyceum = await start({ engine });
  const page = await browser.newPage({ baseURL: lyceum.address });
  try {
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "The library is empty" })).toBeVisible();
    await expect(page.getByRole("main").getByRole("link", { name: "Share a resource" }).first()).toBeVisible();
    await isWellMade(page, "home-empty");
    await page.goto("/library");
    await expect(page.getByText("Share the first resource, and a moderator will read it.")).toBeVisible();
    await isWellMade(page, "library-empty");

    await page.goto(await lyceum.firstLink());
    await isWellMade(page, "join-first");
    await field(page, "E-mail").fill("first@example.org");
    await joins(page, { name: "First Keeper", handle: "first-keeper", sector: "Government" });
    await expect(done(page)).toContainText(WELCOME);
    await follow(page, "Desk");
    await expect(page.getByText("The desk is clear.")).toBeVisible();
    await isWellMade(page, "desk-empty");
    await page.goto("/submissions");
    await expect(page.getByText("You have not shared anything yet.")).toBeVisible();
    await isWellMade(page, "submissions-empty");
  } finally {
    await page.close();
    await lyceum.stop();
  }
});
