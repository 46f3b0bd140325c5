// Every page, in every role: what outside judges say of it, light and dark, narrow and wide, with large text, in forced colours.
import { readFile } from "node:fs/promises";
import { complaintsAbout, listensTo } from "./judges.js";
import { expect, test } from "./lyceum.js";
import { answerTo, asksForLink, isWellMade, main } from "./people.js";

const EVERYONE = { visitor: undefined, member: "marek", author: "priya-r", moderator: "wren", administrator: "ines" };
const FAILURES = ["refused", "state", "unavailable", "untrusted", "suspended", "taken", "unlinked", "other"];

async function linkOf(page, address, name) {
  await page.goto(address);
  return main(page).getByRole("link", { name }).first().getAttribute("href");
}

// The addresses of pages by name, looked up once.
let found;
const pagesOf = (browserOf) => (found ??= find(browserOf));

async function find(browserOf) {
  const [marek, priya, wren] = [await browserOf("marek"), await browserOf("priya-r"), await browserOf("wren")];
  const byLaw = await linkOf(marek, "/library?query=by-law", /^Model by-law/);
  const resource = await linkOf(marek, "/library?query=patios", /^Patios frescos/);
  const topic = await linkOf(marek, "/topics", "Language and interpreting in care");
  const said = (await linkOf(marek, byLaw, /^Reply to Marek/)).replace("#reply", "");
  return {
    home: "/",
    library: "/library",
    "library-of-guides": "/library?kind=guide",
    search: "/library?query=interprét",
    "search-none": "/library?query=zeppelin&kind=guide",
    "search-refused": "/library?query=!!!",
    resource,
    "resource-edit": `${resource}/edit`,
    "resource-with-thread": byLaw,
    "resource-edit-waiting": `${byLaw}/edit`,
    event: await linkOf(marek, "/library?kind=event", "Lay out the visit"),
    topics: "/topics",
    "topics-none": "/topics?status=done&sort=name",
    "topics-suggest": "/topics/suggest?keyword=shade",
    topic,
    "topic-edit": `${topic}/edit`,
    comment: said,
    "comment-edit": `${said}/edit`,
    discuss: "/discuss",
    decisions: "/decisions",
    "decisions-taken-down": "/decisions?decision=REMOVE&kind=RESOURCE",
    "decisions-none": "/decisions?month=1999-01",
    gone: "/resources/one-warm-room-a-winter-sheet-for-draughty-flats",
    "not-found": "/nope",
    about: "/about",
    guidelines: "/guidelines",
    privacy: "/privacy",
    members: "/members",
    "members-found": "/members?query=marek&sector=government",
    "members-none": "/members?query=zeppelin",
    person: "/members/marek",
    "person-unknown": "/members/nobody-here",
    join: "/join",
    "sign-in": "/sign-in?next=/about",
    "sign-in-sent": "/sign-in/sent",
    "sign-in-nonsense": "/sign-in/nonsense",
    ...Object.fromEntries(FAILURES.map((reason) => [`sign-in-failed-${reason}`, `/sign-in/failed?reason=${reason}`])),
    "home-signed-in": "/?done=signed-in",
    share: "/share",
    submissions: "/submissions",
    submission: await linkOf(priya, "/submissions", "Tenant health toolkit"),
    settings: "/settings",
    "settings-account": "/settings/account",
    "settings-tokens": "/settings/tokens",
    "settings-data": "/settings/data",
    "settings-fetch": "/settings/data/x",
    "settings-leave": "/settings/leave",
    "settings-address": "/settings/address/x",
    letters: "/letters",
    "letters-sent": "/letters?state=SENT",
    "letters-stop": "/letters/stop/x",
    desk: "/desk",
    "desk-of-declined": "/desk?state=DECLINED",
    "desk-of-removed": "/desk?state=REMOVED",
    "desk-of-comments": "/desk?kind=COMMENT",
    review: await linkOf(wren, "/desk", "Breast and chest screening"),
    "review-of-edit": await linkOf(wren, "/desk?kind=RESOURCE", /^Model by-law/),
    "review-of-comment": await linkOf(wren, "/desk?kind=COMMENT", /^Has anyone tried these/),
    "review-of-topic": await linkOf(wren, "/desk?kind=TOPIC", /^Night work/),
    "review-of-published": await linkOf(wren, "/desk?state=PUBLISHED", /^Patios frescos/),
    "review-of-declined": await linkOf(wren, "/desk?state=DECLINED", "SwiftSeat"),
    "review-of-removed": await linkOf(wren, "/desk?state=REMOVED", /^One warm room/),
  };
}

// Forms that are sent as they are, by whom, and what they answer.
const REFUSALS = {
  visitor: { "sign-in": "Send me a link", "letters-stop": "Stop letters about replies" },
  member: {
    share: "Send for review", "topics-suggest": "Send for review", topic: "Send comment", "settings-tokens": "Make it",
    "settings-account": "Send a letter there", "settings-leave": "Delete my account",
  },
  author: {},
  moderator: { desk: "Put them in the library", review: "Send decision, open next" },
  administrator: { person: "Change the role" },
};

// What one is told at the door is the same for all who are in.
const SEEN_BY = {
  author: (name) => name.startsWith("submission"),
  moderator: (name) => !name.startsWith("sign-in-"),
  administrator: (name) => !name.startsWith("sign-in-"),
};

for (const [role, handle] of Object.entries(EVERYONE)) {
  test(`every page is well made, seen by the ${role}`, async ({ browserOf, lyceum }) => {
    // Sixty pages, each judged four times: long on a machine that does something else, too.
    test.setTimeout(600_000);
    const pages = await pagesOf(browserOf);
    // Axe needs a script, so this browser runs them.
    const page = await browserOf(handle, { javaScriptEnabled: true });
    const heard = listensTo(page, lyceum.address);
    const opens = async (address) => {
      const response = await page.goto(address);
      await page.evaluate(() => document.querySelectorAll("main details").forEach((fold) => (fold.open = true)));
      return response;
    };
    const judge = async (name, html) => {
      await isWellMade(page, `${role}-${name}`);
      expect.soft(await complaintsAbout(page, html), `${role}-${name}`).toEqual([]);
    };
    const seen = new Set();
    for (const [name, address] of Object.entries(pages).filter(([name]) => SEEN_BY[role]?.(name) ?? true)) {
      const response = await opens(address);
      expect.soft(response.status(), name).toBeLessThan(500);
      // Who may not see a page is led to another, and once is enough there.
      if (seen.has(page.url())) continue;
      seen.add(page.url());
      await judge(name, await response.text());
    }
    for (const [name, button] of Object.entries(REFUSALS[role])) {
      await opens(pages[name]);
      const refused = await answerTo(page, button);
      expect.soft(refused.status(), name).toBe(422);
      await judge(`${name}-refused`, await refused.text());
    }
    expect(heard).toEqual([]);
  });
}

test("who joins, and who sends a form that is no longer theirs, reads well made pages", async ({ browserOf, lyceum }) => {
  const page = await browserOf(undefined, { javaScriptEnabled: true });
  await page.goto("/join");
  await asksForLink(page, lyceum, "passer-by@example.org");
  const refused = await answerTo(page, "Join");
  expect(refused.status()).toBe(422);
  expect.soft(await complaintsAbout(page, await refused.text()), "join-refused").toEqual([]);

  const member = await browserOf("marek", { javaScriptEnabled: true });
  await member.goto("/topics/suggest");
  await main(member).locator("input[name=token]").first().evaluate((token) => (token.value = "another's"));
  const forbidden = await answerTo(member, "Send for review");
  expect(forbidden.status()).toBe(403);
  expect.soft(await complaintsAbout(member, await forbidden.text()), "forbidden").toEqual([]);
});

test("there is no page that nobody looked at", async ({ browserOf }) => {
  const seen = Object.values(await pagesOf(browserOf)).map((address) => new URL(address, "http://x").pathname);
  const routes = await readFile(new URL("../../frontend/src/routes.rs", import.meta.url), "utf8");
  const paths = [...routes.matchAll(/page\("(\/[^"]*)"/g)].map(([, path]) => path).filter((path) => !path.endsWith(".atom"));
  expect(paths.length).toBeGreaterThan(30);
  const isSeen = (path) => seen.some((one) => new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`).test(one));
  expect(paths.filter((path) => !isSeen(path))).toEqual([]);
});
