// What outside judges say about a page: axe, the rules of markup, the browser's own console, and what people with other eyes and hands would say.
import AxeBuilder from "@axe-core/playwright";
import { HtmlValidate } from "html-validate";

// Rules for the markup as it was sent; axe sees only what the browser made of it.
const markup = new HtmlValidate({
  extends: ["html-validate:standard", "html-validate:a11y"],
  rules: {
    // A button in a form submits, and a list may be named: the standard says so.
    "no-implicit-button-type": "off",
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
  },
});

// Colours depend on the one, places and sizes on the other. Everything is asked twice, so that each is there once; the rest is asked of the other two.
const everything = (builder) => builder.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);
const whatDiffers = (builder) => builder.withRules(["color-contrast", "link-in-text-block", "target-size"]);
const VIEWS = [
  { colorScheme: "light", width: 320, rules: everything },
  { colorScheme: "dark", width: 320, rules: whatDiffers },
  { colorScheme: "dark", width: 1280, rules: everything },
  { colorScheme: "light", width: 1280, rules: whatDiffers },
];
const HEIGHT = 900;

// Without frames on a page, the legacy mode finds the same in half the time; what is well needs no telling, and axe itself is there already.
async function axe(page, rules) {
  const builder = new AxeBuilder({ page, axeSource: "0" }).setLegacyMode(true).options({ resultTypes: ["violations"] });
  const { violations } = await rules(builder).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.failureSummary} ${node.html}`));
}

/** What axe says, light and dark, on the narrowest screen and on a wide one. */
export async function axeOn(page) {
  const complaints = [];
  await page.evaluate(new AxeBuilder({ page }).script());
  for (const { colorScheme, width, rules } of VIEWS) {
    await page.setViewportSize({ width, height: HEIGHT });
    await page.emulateMedia({ colorScheme });
    complaints.push(...(await axe(page, rules)).map((it) => `${colorScheme}, ${width} pixels: ${it}`));
  }
  return complaints;
}

// What does not fit where it stands. This runs on the page.
function misfits() {
  const beyond = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const found = beyond > 0 ? [`${beyond} pixels beyond the edge`] : [];
  for (const it of document.querySelectorAll("body *:not(svg *, input, select, textarea, option)")) {
    const style = getComputedStyle(it);
    // What has no box of its own flows with the text around it; what is a pixel large is there to be heard.
    if (style.display === "inline" || it.clientWidth <= 1 || !it.checkVisibility()) continue;
    const cuts = (overflow) => ["hidden", "clip"].includes(overflow);
    const holdsText = it.matches("a, button, summary, label, th, td, .state, .meta, h1, h2, h3");
    const wide = it.scrollWidth > it.clientWidth + 1 && (cuts(style.overflowX) || (holdsText && style.overflowX === "visible"));
    const high = it.scrollHeight > it.clientHeight + 1 && cuts(style.overflowY);
    if (wide || high) found.push(`cut, ${it.scrollWidth} × ${it.scrollHeight} in ${it.clientWidth} × ${it.clientHeight}: ${it.outerHTML.slice(0, 160)}`);
  }
  return found;
}

// At 320 pixels, and with text twice as large on a screen that is twice as wide.
async function tightPlaces(page) {
  await page.setViewportSize({ width: 320, height: HEIGHT });
  const narrow = await page.evaluate(misfits);
  await page.setViewportSize({ width: 640, height: HEIGHT });
  await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  const large = await page.evaluate(misfits);
  await page.evaluate(() => document.documentElement.removeAttribute("style"));
  return [...narrow.map((it) => `320 pixels: ${it}`), ...large.map((it) => `text of 200 %: ${it}`)];
}

// Links, buttons and fields, one of each look, that cannot be told from what is around them, at rest or with the focus. This runs on the page.
function unseen() {
  const found = [];
  const has = (style, line) => parseFloat(style[`${line}Width`]) >= 1 && !["none", "hidden"].includes(style[`${line}Style`]) && !/^rgba.*, 0\)$/.test(style[`${line}Color`]);
  const isLined = (style) => ["borderTop", "borderRight", "borderBottom", "borderLeft", "outline"].some((line) => has(style, line));
  const looks = new Map();
  for (const it of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    const look = `${it.parentElement.localName}.${it.parentElement.className} ${it.localName}.${it.className} ${it.type} ${it.getAttribute("aria-current")}`;
    if (it.checkVisibility() && !looks.has(look)) looks.set(look, it);
  }
  const forced = matchMedia("(forced-colors: active)").matches;
  for (const it of looks.values()) {
    const say = (what) => found.push(`${what}: ${it.outerHTML.slice(0, 160)}`);
    const style = getComputedStyle(it);
    // Boxes to tick are drawn by the browser.
    const isBox = it.matches("button, .button, input:not([type=checkbox], [type=radio]), select, textarea");
    const isTold = [it, ...it.querySelectorAll("*")].some((part) => getComputedStyle(part).textDecorationLine.includes("underline"));
    // Colours are the reader's own now, and grounds and shadows are gone: what is left is lines and words. A button may look like a link.
    if (forced && isBox && !isLined(style) && !isTold) say("no border");
    if (forced && it.matches("a") && !isLined(style) && !isTold && style.color === getComputedStyle(it.parentElement).color) say("a link like the text around it");
    it.focus({ preventScroll: true });
    if (!has(getComputedStyle(it), "outline")) say("no outline with the focus");
  }
  document.activeElement.blur();
  return found;
}

async function withOtherEyes(page) {
  // Who comes by key sees where the focus is; the browser has to know that somebody does.
  await page.keyboard.press("Tab");
  const asItComes = await page.evaluate(unseen);
  await page.emulateMedia({ forcedColors: "active" });
  const forced = await page.evaluate(unseen);
  await page.emulateMedia({ forcedColors: "none" });
  return [...asItComes, ...forced.map((it) => `forced colours: ${it}`)];
}

// What moves although less motion was asked for. This runs on the page.
function moving() {
  const lasts = (list) => list.split(",").some((time) => parseFloat(time) > 0.01);
  const found = getComputedStyle(document.documentElement).scrollBehavior === "smooth" ? ["it scrolls smoothly"] : [];
  for (const it of document.querySelectorAll("*")) {
    for (const part of [undefined, "::before", "::after"]) {
      const style = getComputedStyle(it, part);
      const moves = (style.transitionProperty !== "none" && lasts(style.transitionDuration)) || (style.animationName !== "none" && lasts(style.animationDuration));
      if (moves) found.push(`it moves: ${it.outerHTML.slice(0, 160)}`);
    }
  }
  return found;
}

// What every page has, whoever reads it and however. This runs on the page.
function missing() {
  const found = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const named = (it) => it.ariaLabel || it.getAttribute("aria-labelledby");
  for (const [what, selector] of Object.entries({ "first heading": "h1", main: "main", banner: "body > header", "foot of the page": "body > footer" })) {
    if (all(selector).length !== 1) found.push(`${all(selector).length} of ${what}`);
  }
  for (const nav of all("nav")) if (!named(nav)) found.push(`a navigation without a name: ${nav.outerHTML.slice(0, 160)}`);
  const first = document.querySelector("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']");
  if (first.getAttribute("href") !== "#main" || !document.querySelector("main#main[tabindex='-1']")) found.push("the first stop does not lead past the navigation");
  if (!document.documentElement.lang) found.push("it does not say its language");
  const wrong = all("[aria-invalid=true]:not([type=search])");
  for (const it of wrong) {
    if (!document.querySelector(`[role=alert] a[href='#${CSS.escape(it.id)}']`) && !document.querySelector(`[role=alert] a[href='#${it.id}']`)) found.push(`no link to ${it.id} at the top`);
    const told = (it.getAttribute("aria-describedby") ?? "").split(" ").some((id) => document.getElementById(id)?.matches(".error"));
    if (!told) found.push(`${it.id} does not say what is wrong with it`);
  }
  for (const link of all("[role=alert] a[href^='#']")) if (!document.getElementById(link.hash.slice(1))) found.push(`a link to nothing: ${link.hash}`);
  return found;
}

async function asSent(html) {
  const { results } = await markup.validateString(html);
  return results.flatMap(({ messages }) => messages.map((it) => `${it.ruleId}: ${it.message} ${it.selector}`));
}

// How a page is built, piece by piece: what is around its main part, the main part, and each item of its lists, all without what stands in them.
// With `known` pieces, what is repeated is taken off the page: a list stays with two items of each look that is new, or with one. This runs on the page.
function pieces(known) {
  const found = new Map();
  const looks = ["class", "type", "role", "open", "hidden", "dir", "aria-current", "aria-invalid", "data-is", "data-shelf", "data-depth"];
  const short = (text) => [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.codePointAt(0)) | 0, 0);
  const built = (it) => {
    if (it.localName === "svg" || it.localName === "script") return it.localName;
    const shape = `${it.localName} ${looks.map((name) => it.getAttribute(name))} [${[...it.children].map(built).filter(Boolean)}]`;
    if (!it.matches("main, li, dt, dd, tr, option")) return shape;
    found.set(it, short(shape));
    return "";
  };
  found.set(document.body, short(built(document.body)));
  for (const list of known ? document.querySelectorAll("main :is(ul, ol, tbody)") : []) {
    const kept = [];
    for (const item of [...list.children]) {
      const piece = found.get(item);
      const stays = known.includes(piece) ? kept.length === 0 : kept.filter((other) => other === piece).length < 2;
      if (stays) kept.push(piece);
      else item.remove();
    }
  }
  return [...new Set(found.values())];
}
const judged = new Set();

// Answers what is wrong, one line each. What has no piece that was not judged before is not judged again, whoever sees it.
export async function complaintsAbout(page, html) {
  const built = await page.evaluate(pieces);
  const known = [...judged];
  if (built.every((piece) => judged.has(piece))) return [];
  built.forEach((piece) => judged.add(piece));
  const size = page.viewportSize();
  // Also, no colour is judged on its way to another.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const complaints = [await page.evaluate(missing), await page.evaluate(moving), await tightPlaces(page), await withOtherEyes(page), await asSent(html)];
  // Axe takes longer than all of them, and as long again with a list that is twice as long.
  await page.evaluate(pieces, known);
  complaints.push(await axeOn(page));
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
  await page.setViewportSize(size);
  return complaints.flat();
}

// Everything that a browser complains of while somebody looks around.
export function listensTo(page, home) {
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
  page.on("console", (message) => {
    // Chromium repeats the status of a page that is not there; the page itself says more.
    const repeats = message.text().startsWith("Failed to load resource") && message.location().url === page.url();
    if (message.type() === "error" && !repeats) complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== home) complaints.push(`${page.url()} asked for ${request.url()}`);
  });
  return complaints;
}
