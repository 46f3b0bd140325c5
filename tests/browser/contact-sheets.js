// Sheets of pictures for people to look at: each page at 360 and 1280 pixels, light and dark, in English and Spanish, from the demonstration
// and then with real records and names, when they are at hand. Prints what each page weighs, what axe says of it, and Lighthouse where it was asked.
// By hand: `[LIGHTHOUSE=on, or speed, too] [PICTURES=off] [ONLY=review] node contact-sheets.js FOLDER`.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "@playwright/test";
import { SUBMIT, approves, asks, says } from "./graphql.js";
import { axeOn } from "./judges.js";
import { PROVIDERS, start } from "./lyceum.js";
import { main } from "./people.js";
import { firstVisit } from "./weight.js";

const folder = resolve(process.argv[2] ?? "sheets");
const only = process.env.ONLY && new RegExp(process.env.ONLY);
const DATA = new URL("../../../shared/data/", import.meta.url);
const LANGUAGES = ["en", "es"];
const VIEWS = [1280, 360].flatMap((width) => ["light", "dark"].map((colorScheme) => ({ width, colorScheme })));

const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });

// Somebody's cookies; nobody's, without a handle.
async function cookiesOf(lyceum, handle) {
  if (!handle) return [];
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(await lyceum.signInLink(handle));
  await main(page).locator("form button").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in/"));
  const cookies = await context.cookies();
  await context.close();
  return cookies;
}

async function pageOf(lyceum, cookies, language) {
  const context = await browser.newContext({ baseURL: lyceum.address, reducedMotion: "reduce" });
  await context.addCookies([...cookies, { name: "language", value: language, url: lyceum.address }]);
  return context.newPage();
}

const attribute = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

// Eight pictures on one sheet: desks above, phones below. What is longer than the sheet stands whole in its own file.
async function sheet(file, title, shots) {
  const figure = ({ name, what, width }) =>
    `<figure class="${width > 400 ? "desk" : "phone"}"><figcaption>${what}</figcaption><div><img alt="" src="${attribute(pathToFileURL(name).href)}"></div></figure>`;
  const style = `body { margin: 16px; font: 16px sans-serif; background: #888; color: #fff } section { display: flex; gap: 16px; margin-block-end: 16px }
    figure { margin: 0 } img { display: block; width: 100% } div { overflow: hidden } .desk { width: 480px } .desk div { max-height: 900px } .phone { width: 360px } .phone div { max-height: 1400px }`;
  const row = (width) => `<section>${shots.filter((shot) => shot.width === width).map(figure).join("")}</section>`;
  const html = join(folder, "sheet.html");
  await writeFile(html, `<!doctype html><meta charset="utf-8"><style>${style}</style><h1>${attribute(title)}</h1>${row(1280)}${row(360)}`);
  const page = await browser.newPage({ viewport: { width: 2020, height: 1000 } });
  await page.goto(pathToFileURL(html).href);
  await page.screenshot({ path: file, fullPage: true, type: "jpeg", quality: 85 });
  await page.close();
}

// `act` does on the page what leads to the one that is meant, such as sending a form.
async function pictures(lyceum, set, who, { name, path, act }) {
  const shots = [];
  for (const language of LANGUAGES) {
    const page = await pageOf(lyceum, who.cookies, language);
    await page.goto(path);
    await act?.(page);
    for (const { width, colorScheme } of VIEWS) {
      await page.setViewportSize({ width, height: width > 400 ? 900 : 740 });
      await page.emulateMedia({ colorScheme });
      const file = join(folder, "pictures", `${set}-${who.role}-${name}-${language}-${width}-${colorScheme}.jpg`);
      await page.screenshot({ path: file, fullPage: true, type: "jpeg", quality: 85 });
      shots.push({ name: file, what: `${width}, ${colorScheme}, ${language}`, width });
    }
    await page.context().close();
  }
  await sheet(join(folder, `${set}-${who.role}-${name}.jpg`), `${name}, seen by the ${who.role} (${set}): ${path}`, shots);
}

async function measures(lyceum, who, { path, act }) {
  const page = await pageOf(lyceum, who.cookies, "en");
  const { response, came } = await firstVisit(page, path);
  const status = act ? await act(page) : response.status();
  const complaints = await axeOn(page);
  await page.context().close();
  return { status, bytes: came.reduce((sum, { bytes }) => sum + bytes, 0), requests: came.length, complaints };
}

async function lighthouses(lyceum, who, pages) {
  if (!process.env.LIGHTHOUSE) return {};
  const { CATEGORIES, judge } = await import("./lighthouse.js");
  const paths = Object.fromEntries(pages.filter(({ act }) => !act).map(({ name, path }) => [name, path]));
  return judge(lyceum.address, paths, [...(process.env.LIGHTHOUSE === "speed" ? ["performance"] : []), ...Object.keys(CATEGORIES)], who.cookies.map(({ name, value }) => `${name}=${value}`).join("; "));
}

async function look(lyceum, set, role, handle, pages) {
  const who = { role, cookies: await cookiesOf(lyceum, handle) };
  const wanted = pages.filter(({ name }) => !only || only.test(name));
  const judgements = await lighthouses(lyceum, who, wanted);
  for (const one of wanted) {
    try {
      const { status, bytes, requests, complaints } = await measures(lyceum, who, one);
      if (process.env.PICTURES !== "off") await pictures(lyceum, set, who, one);
      const scores = Object.values(judgements[one.name]?.scores ?? {}).join(" / ");
      console.log(`| ${set} | ${role} | ${one.name} | ${status} | ${bytes} | ${requests} | ${complaints.length} | ${scores} |`);
      for (const complaint of complaints) console.error(`${one.name}, ${role}: ${complaint}`);
    } catch (failure) {
      console.error(`${one.name}, ${role}: ${failure.message}`);
    }
  }
}

const linkIn = async (page, address, name) => {
  await page.goto(address);
  return main(page).getByRole("link", { name }).first().getAttribute("href");
};

// Sends the page's form as it is, in whatever language its button speaks. Answers the status of what came of it.
async function sends(page) {
  const arrived = page.waitForNavigation({ waitUntil: "load" });
  await page.locator("main form[method=post]:not([hidden])").last().evaluate((form) => form.requestSubmit());
  return (await arrived).status();
}

async function demonstration() {
  const lyceum = await start({ settings: PROVIDERS, flags: ["--demo"] });
  try {
    const [marek, priya, wren] = await Promise.all(["marek", "priya-r", "wren"].map(async (handle) => pageOf(lyceum, await cookiesOf(lyceum, handle), "en")));
    const byLaw = await linkIn(marek, "/library?query=by-law", /^Model by-law/);
    const topic = await linkIn(marek, "/topics", "Language and interpreting in care");
    const said = (await linkIn(marek, byLaw, /^Reply to Marek/)).replace("#reply", "");
    const review = await linkIn(wren, "/desk", "Breast and chest screening");
    const page = (name, path, act) => ({ name, path, act });
    const gone = page("410", "/resources/one-warm-room-a-winter-sheet-for-draughty-flats");
    const open = [
      page("home", "/"), page("library", "/library"), page("library-narrowed", "/library?kind=guide"), page("search", "/library?query=interpr%C3%A9t"),
      page("search-none", "/library?query=zeppelin&kind=guide"), page("resource", byLaw), page("event", await linkIn(marek, "/library?kind=event", "Lay out the visit")),
      page("topics", "/topics"), page("topic", topic), page("suggest", "/topics/suggest"), page("discuss", "/discuss"), page("comment", said),
      page("decisions", "/decisions"), page("members", "/members"), page("member", "/members/marek"), page("about", "/about"), page("guidelines", "/guidelines"),
      page("privacy", "/privacy"), page("share", "/share"),
    ];
    await look(lyceum, "demonstration", "visitor", undefined, [
      ...open, page("sign-in", "/sign-in"), page("sign-in-422", "/sign-in", sends), page("sign-in-sent", "/sign-in/sent"),
      page("sign-in-failed", "/sign-in/failed?reason=untrusted"), page("sign-in-nonsense", "/sign-in/nonsense"), page("letters-stop", "/letters/stop/x"), page("404", "/nope"), gone,
    ]);
    const stolen = (act) => async (page) => {
      await page.locator("main input[name=token]").first().evaluate((token) => (token.value = "another's"));
      return act(page);
    };
    await look(lyceum, "demonstration", "member", "marek", [
      ...open, page("share-422", "/share", sends), page("suggest-422", "/topics/suggest", sends), page("403", "/topics/suggest", stolen(sends)),
      page("resource-edit", `${await linkIn(marek, "/library?query=patios", /^Patios frescos/)}/edit`), page("topic-edit", `${topic}/edit`), page("comment-edit", `${said}/edit`),
      page("submissions", "/submissions"), page("settings", "/settings"), page("settings-account", "/settings/account"), page("settings-tokens", "/settings/tokens"),
      page("settings-data", "/settings/data"), page("settings-leave", "/settings/leave"), page("desk-403", "/desk"),
    ]);
    await look(lyceum, "demonstration", "author", "priya-r", [page("submissions", "/submissions"), page("submission", await linkIn(priya, "/submissions", "Tenant health toolkit"))]);
    await look(lyceum, "demonstration", "moderator", "wren", [
      page("desk", "/desk"), page("desk-declined", "/desk?state=DECLINED"), page("review", review), page("review-422", review, sends),
      page("review-of-edit", await linkIn(wren, "/desk?kind=RESOURCE", /^Model by-law/)), page("review-of-comment", await linkIn(wren, "/desk?kind=COMMENT", /^Has anyone tried these/)),
      page("review-of-topic", await linkIn(wren, "/desk?kind=TOPIC", /^Night work/)), page("review-of-published", await linkIn(wren, "/desk?state=PUBLISHED", /^Patios frescos/)), page("topic", topic),
    ]);
    await look(lyceum, "demonstration", "administrator", "ines", [page("member", "/members/marek"), page("letters", "/letters"), page("settings-leave", "/settings/leave")]);
    await Promise.all([marek, priya, wren].map((one) => one.context().close()));
  } finally {
    await lyceum.stop();
  }
}

// What goes wrong only when somebody is in too much of a hurry, or the database is.
async function troubles() {
  const lyceum = await start({ flags: ["--rate-limits", "on"] });
  try {
    await lyceum.addMember("ada", { name: "Ada Brightwater" });
    const ada = await pageOf(lyceum, await cookiesOf(lyceum, "ada"), "en");
    for (const number of [1, 2, 3]) {
      const input = { title: `Leaflet ${number}`, url: `https://leaflet-${number}.example/`, kind: "guide", description: "To be hung up where people wait." };
      await asks(ada, lyceum.address, SUBMIT, { input });
    }
    const once = async (page) => {
      for (const [name, words] of Object.entries({ url: "https://leaflet-4.example/", title: "Leaflet 4", description: "To be hung up where people wait." })) await page.locator(`#${name}`).fill(words);
      await page.locator("#kind").selectOption("guide");
      return sends(page);
    };
    await look(lyceum, "troubles", "member", "ada", [{ name: "429", path: "/share", act: once }]);
    await ada.context().close();
    const breaks = async () => {
      for (const name of ["lyceum.db", "lyceum.db-wal"]) await writeFile(join(lyceum.data, name), "Not a database any more. ".repeat(20_000)).catch(() => {});
    };
    await breaks();
    await look(lyceum, "troubles", "visitor", undefined, [{ name: "500", path: "/library" }]);
  } finally {
    await lyceum.stop();
  }
}

// Fields may hold commas, line breaks, and quotes that are doubled.
function rows(text) {
  const all = [[""]];
  let quoted = false;
  for (const [part] of text.matchAll(/""|"|,|\r?\n|[^",\r\n]+|\r/g)) {
    const row = all.at(-1);
    if (part === '"') quoted = !quoted;
    else if (quoted) row[row.length - 1] += part === '""' ? '"' : part;
    else if (part === ",") row.push("");
    else if (part.endsWith("\n")) all.push([""]);
    else if (part !== '""') row[row.length - 1] += part;
  }
  const [head, ...rest] = all.filter((row) => row.length > 1);
  return rest.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index]])));
}

async function realRecords() {
  const file = new URL("library/resources-core.csv", DATA);
  const [records, people] = await Promise.all([file, new URL("names/people.csv", DATA)].map((url) => readFile(url, "utf8").then(rows, () => [])));
  if (!records.length || !people.length) return console.error("The real records are not at hand: their pages are left out.");
  const lyceum = await start({});
  try {
    // First the names that are hard: other scripts, long ones, ones with marks.
    const chosen = [...people.filter(({ note }) => note), ...people.filter(({ name }) => /[^\u0000-\u024f]/.test(name)).slice(0, 30), ...people.slice(0, 20)];
    const handles = [];
    for (const [number, { name }] of chosen.entries()) {
      const handle = `reader-${number + 1}`;
      await lyceum.addMember(handle, { name, role: number ? "member" : "moderator" }).then(() => handles.push(handle), (refused) => console.error(`${JSON.stringify(name)}: ${refused.stderr?.trim()}`));
    }
    const [moderator] = handles;
    await lyceum.addMember("grace", { name: "Grace Lindqvist", role: "moderator" });
    await lyceum.run("import", "resources", file.pathname, "--publish", "--as", "grace");
    const grace = await pageOf(lyceum, await cookiesOf(lyceum, "grace"), "en");
    const longest = (field) => records.toSorted((one, other) => [...other[field]].length - [...one[field]].length);
    const shelved = new Map();
    for (let after; after !== null; ) {
      const { nodes, pageInfo } = await asks(grace, lyceum.address, "query All($after: String) { library(first: 100, after: $after) { nodes { id path title } pageInfo { hasNextPage endCursor } } }", { after });
      for (const node of nodes) shelved.set(node.title, node);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    }
    const first = (these) => shelved.get(these.find(({ title }) => shelved.has(title))?.title);
    const long = first(longest("title"));
    const wordy = first(longest("description"));
    const bare = first(longest("description").toReversed());
    const odd = first(records.filter(({ title, description }) => /[^\u0000-\u024f\u2000-\u20cf]/.test(title + description))) ?? long;
    const talks = [];
    for (const [number, handle] of handles.slice(0, 24).entries()) {
      const reader = await pageOf(lyceum, await cookiesOf(lyceum, handle), "en");
      const words = records[number * 7].description || "Thank you for this.";
      talks.push(await says(reader, lyceum.address, long.id, words.slice(0, 400)));
      const { title, description } = records[number * 11];
      await asks(reader, lyceum.address, SUBMIT, { input: { title: `${title} (again)`.slice(0, 200), url: `https://again-${number}.example/`, kind: "guide", description: description || "Nothing is known of it." } });
      await reader.context().close();
    }
    await approves(grace, lyceum.address, talks.filter(Boolean).slice(0, 18));
    const page = (name, path) => ({ name, path });
    await grace.goto("/desk");
    const review = await main(grace).locator(".queue a").first().getAttribute("href");
    await look(lyceum, "real", "visitor", undefined, [
      page("home", "/"), page("library", "/library"), page("library-by-title", "/library?sort=title"), page("search", "/library?query=health"), page("search-narrowed", "/library?query=health&kind=dataset"),
      page("resource-long-title", long.path), page("resource-wordy", wordy.path), page("resource-bare", bare.path), page("resource-odd-script", odd.path), page("topics", "/topics"), page("discuss", "/discuss"),
      page("decisions", "/decisions"), page("about", "/about"),
    ]);
    await look(lyceum, "real", "member", handles[1], [page("members", "/members"), page("member", `/members/${handles[2]}`), page("submissions", "/submissions"), page("settings", "/settings")]);
    await look(lyceum, "real", "moderator", "grace", [page("desk", "/desk"), page("review", review), page("desk-published", "/desk?state=PUBLISHED")]);
    await look(lyceum, "real", "named-moderator", moderator, [page("home", "/"), page("member", `/members/${moderator}`)]);
    await grace.context().close();
  } finally {
    await lyceum.stop();
  }
}

await mkdir(join(folder, "pictures"), { recursive: true });
console.log("| set | seen by | page | status | bytes | requests | axe | Lighthouse |\n|---|---|---|---|---|---|---|---|");
try {
  for (const set of [demonstration, troubles, realRecords]) if (!process.env.SET || process.env.SET === set.name) await set();
} finally {
  await browser.close();
}
