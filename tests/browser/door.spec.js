// The door from outside: what graphql-http's audits say of the endpoint, and what becomes of hostile text in a browser that runs scripts.
import { readFile } from "node:fs/promises";
import { auditServer } from "graphql-http";
import { SUBMIT, approves, asks, says } from "./graphql.js";
import { listensTo } from "./judges.js";
import { expect, start, testAmong } from "./lyceum.js";

// Nobody waits here for a limit to be over: hundreds of things are brought at once.
const test = testAmong({}).extend({
  lyceum: async ({ engine }, use) => {
    const lyceum = await start({ engine, settings: 'rate_limits = "off"\n' });
    await lyceum.addMember("ada", { name: "Ada Brightwater" });
    await lyceum.addMember("grace", { name: "Grace Lindqvist", role: "moderator" });
    await use(lyceum);
    await lyceum.stop();
  },
});

test("every audit of GraphQL over HTTP is passed", async ({ lyceum }) => {
  const results = await auditServer({ url: `${lyceum.address}/graphql` });
  expect(results).toHaveLength(61);
  const failed = results.filter(({ status }) => status !== "ok");
  expect(failed.map(({ status, id, name, reason }) => `${status}: ${id ?? ""} ${name}: ${reason}`)).toEqual([]);
});

const HOW_MANY = 201;

// For who has no collection at hand; what they do, they do by themselves.
const OWN = [
  "<script>alert(1)</script>",
  "</title><script>alert(1)</script>",
  "</textarea><img src=x onerror=alert(1)>",
  "<img src=x onerror=alert(1)>",
  "<img src=`x`onerror=alert(1)>",
  "\"><img src=x onerror=alert(1)>",
  "' autofocus onfocus=alert(1) x='",
  "<svg onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
  "<svg><style><img src=x onerror=alert(1)></style></svg>",
  "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
  "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
  "<body onload=alert(1)>",
  "<input autofocus onfocus=alert(1)>",
  "<details open ontoggle=alert(1)>x</details>",
  "<video><source onerror=alert(1)></video>",
  "<audio src=x onerror=alert(1)></audio>",
  "<iframe srcdoc=\"<script>parent.alert(1)</script>\"></iframe>",
  "<iframe src=javascript:alert(1)></iframe>",
  "<object data=javascript:alert(1)></object>",
  "<embed src=https://evil.example/x.swf>",
  "<link rel=stylesheet href=https://evil.example/x.css>",
  "<style>@import 'https://evil.example/x.css'; * { background: url(https://evil.example/x.png) }</style>",
  "<p style=\"background: url(https://evil.example/x.png)\">x</p>",
  "<meta http-equiv=refresh content=\"0; url=javascript:alert(1)\">",
  "<base href=https://evil.example/>",
  "<form action=https://evil.example/><button autofocus>x</button></form>",
  "![x](https://evil.example/x.png \"x\" onerror=alert(1))",
  "![x](x\"onerror=\"alert(1))",
  "[x](javascript:alert(1)) <javascript:alert(1)>",
  "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "<a id=x tabindex=1 autofocus onfocusin=alert(1)>x</a>",
  "<img/src/onerror=alert(1)>`<img src=x onerror=alert(1)>`",
  "{{ 7*7 }}{% include '/etc/passwd' %}<%= alert(1) %>${alert(1)}",
  "]]><script>alert(1)</script><!--",
  "<x/onpointerrawupdate=alert(1) style=position:fixed;inset:0>",
];

// Every so many of the collection, when it is there.
async function payloads() {
  const collection = new URL("../../../shared/data/xss/train.jsonl", import.meta.url);
  const lines = (await readFile(collection, "utf8").catch(() => "")).split("\n").filter(Boolean);
  const all = lines.map((line) => JSON.parse(line)).filter(({ category }) => category.includes("xss"));
  const step = Math.floor(all.length / (HOW_MANY - OWN.length));
  const chosen = step ? all.filter((_, number) => number % step === 0).map(({ payload }) => payload) : [];
  return [...OWN, ...chosen].slice(0, HOW_MANY);
}

// Does something with each of many, some of them at once. Answers what came of each, in order.
async function forEach(things, act, atOnce = 6) {
  const [rest, done] = [[...things.entries()], []];
  const one = async () => {
    for (let next = rest.shift(); next; next = rest.shift()) done[next[0]] = await act(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return done;
}

// What a field does not take is brought in another, or not at all: most are taken.
async function shares(page, home, number, title, description) {
  const input = { title, description, url: `https://payload-${number}.example/`, kind: "guide" };
  for (let tries = 0; tries < 3; tries++) {
    const { submission, userErrors } = await asks(page, home, SUBMIT, { input });
    if (submission) return submission;
    const wrong = userErrors.flatMap(({ field }) => field ?? []);
    if (wrong.includes("title")) Object.assign(input, { title: `Payload ${number}`, description: `${title}\n\n${description}` });
    else input.description = `Not taken: ${userErrors.map(({ code }) => code)}.`;
  }
  throw new Error(`neither ${title} nor ${description} could be brought`);
}

// What a sanitised page has none of, as the browser has read it. This runs on the page.
function hostile() {
  const elements = "script:not([src]), iframe, frame, object, embed, base, style, math, meta[http-equiv], form[action]:not([action=''], [action^='/'])";
  const found = [...document.querySelectorAll(elements)].map((it) => it.outerHTML);
  for (const it of document.querySelectorAll("*")) {
    for (const { name, value } of it.attributes) {
      const leads = /^(href|src|action|formaction|data|xlink:href)$/i.test(name);
      const isBad = /^on|^style$|^srcdoc$/i.test(name) || (leads && /^\s*(javascript|data|vbscript):/i.test(value));
      if (isBad || (name === "src" && new URL(value, location).origin !== location.origin)) found.push(`${it.localName} ${name}=${value}`);
    }
  }
  return found.map((it) => it.slice(0, 200));
}

// What waits for somebody to come near it: a pointer, a key, a focus. This runs on the page, too.
function comeNear() {
  const kinds = ["mouseover", "pointerenter", "focus", "focusin", "keydown", "animationstart", "transitionend", "toggle"];
  for (const it of document.querySelectorAll("main *")) for (const kind of kinds) it.dispatchEvent(new Event(kind, { bubbles: true }));
}

// The console tells of a policy's no as well; this names what was stopped.
function tellOfThePolicy() {
  const tell = (it) => console.error(`policy: ${it.violatedDirective} stops ${it.blockedURI} ${it.sample}`);
  document.addEventListener("securitypolicyviolation", tell);
}

// Everything that hostile text could bring about, one line each, as it happens.
async function watches(page, home) {
  const complaints = listensTo(page, home);
  page.on("dialog", (dialog) => {
    complaints.push(`${page.url()} says ${dialog.message()}`);
    return dialog.dismiss();
  });
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === "/csp-report") complaints.push(`${page.url()} reports ${request.postData()}`);
  });
  page.on("framenavigated", (frame) => {
    if (!frame.url().startsWith(home)) complaints.push(`somebody was led to ${frame.url()}`);
  });
  await page.addInitScript(tellOfThePolicy);
  return complaints;
}

test("hostile text does nothing in a browser that runs scripts", async ({ browserOf, lyceum }) => {
  const home = lyceum.address;
  const scripted = { javaScriptEnabled: true };
  const [ada, grace, visitor] = [await browserOf("ada", scripted), await browserOf("grace", scripted), await browserOf(undefined, scripted)];
  const complaints = await Promise.all([ada, grace, visitor].map((page) => watches(page, home)));
  const opens = async (page, path) => {
    const response = await page.goto(path);
    expect.soft(response.status(), path).toBe(200);
    expect.soft(await page.evaluate(hostile), path).toEqual([]);
  };

  const all = await payloads();
  const thirds = Array.from({ length: Math.floor(all.length / 3) }, (_, number) => all.slice(3 * number, 3 * number + 3));
  const submissions = await forEach(thirds, ([title, description], number) => shares(ada, home, number, title, description));

  // Before anybody has decided, the author and the moderator see it.
  await Promise.all([
    forEach(submissions, ({ deskPath }) => opens(grace, deskPath), 1),
    (async () => {
      await opens(ada, "/submissions");
      for (const { number } of submissions.filter((_, index) => index % 4 === 0)) await opens(ada, `/submissions/${number}`);
    })(),
  ]);
  await opens(grace, "/desk");
  const records = await approves(grace, home, submissions);
  const comments = (await forEach(records, ({ id }, number) => says(ada, home, id, thirds[number][2]))).filter(Boolean);
  expect(comments.length).toBeGreaterThan(thirds.length / 2);
  await opens(grace, comments[0].deskPath);
  const said = await approves(grace, home, comments);

  // And then everybody.
  await Promise.all([
    forEach(records, ({ path }) => opens(visitor, path), 1),
    forEach(said.filter((_, number) => number % 3 === 0), ({ path }) => opens(ada, path), 1),
  ]);
  const lists = ["/", "/library", "/library?sort=title", "/library?query=alert", "/discuss", "/decisions", "/members/ada"];
  for (const path of lists) await opens(visitor, path);
  await opens(grace, `${records[0].path}/edit`);

  for (const { path } of records.filter((_, number) => number % 10 === 0)) {
    await opens(visitor, path);
    await visitor.evaluate(comeNear);
  }
  expect(complaints.flat()).toEqual([]);
});
