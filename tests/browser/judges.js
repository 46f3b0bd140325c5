// What outside judges say about a page: axe, the rules of markup, and the browser's own console.
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

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// Without frames on a page, the legacy mode finds the same in half the time.
async function axe(page, choose) {
  const { violations } = await choose(new AxeBuilder({ page }).setLegacyMode(true)).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.failureSummary} ${node.html}`));
}

async function narrowest(page) {
  const size = page.viewportSize();
  await page.setViewportSize({ ...size, width: 320 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  await page.setViewportSize(size);
  return width > 320 ? [`it is ${width} pixels wide on a screen of 320`] : [];
}

async function inTheDark(page) {
  await page.emulateMedia({ colorScheme: "dark" });
  const complaints = await axe(page, (builder) => builder.withRules("color-contrast"));
  await page.emulateMedia({ colorScheme: "light" });
  return complaints;
}

async function asSent(html) {
  const { results } = await markup.validateString(html);
  return results.flatMap(({ messages }) => messages.map((it) => `${it.ruleId}: ${it.message} ${it.selector}`));
}

// How the main part of a page is built: its elements and their classes, without what stands in them.
const shape = (page) => {
  const built = () => [...document.querySelectorAll("main *")].map((it) => `${it.localName}.${it.className.baseVal ?? it.className}`).join(" ");
  return page.evaluate(built);
};
const judged = new Set();

// Answers what is wrong, one line each. What is built like a page that was judged before is not judged again, whoever sees it.
export async function complaintsAbout(page, html) {
  const built = await shape(page);
  if (judged.has(built)) return [];
  judged.add(built);
  const complaints = await axe(page, (builder) => builder.withTags(WCAG));
  return complaints.concat(await narrowest(page), await inTheDark(page), await asSent(html));
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
