// What Lighthouse says of pages, in a browser of its own. By hand: `node lighthouse.js ADDRESS`, of a library that is served there, prints a table.
import { createServer } from "node:net";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import lighthouse from "lighthouse";

export const CATEGORIES = { accessibility: "Accessibility", "best-practices": "Best practices", seo: "Search" };

const NOT_FOUND = "not found";

// The first thing of the library, as a program finds it.
async function firstResource(address) {
  const query = "{ library(first: 1) { nodes { path } } }";
  const answer = await fetch(`${address}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query }) });
  return (await answer.json()).data.library.nodes[0]?.path;
}

/** The pages that are judged, by name. */
export const pagesOf = async (address) => ({
  home: "/",
  library: "/library",
  resource: await firstResource(address),
  share: "/share",
  "sign-in": "/sign-in",
  [NOT_FOUND]: "/nope",
});

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Judges pages one after the other. Answers for each its scores from 0 to 100 by category, and what cost it points, worst first.
 * Whose cookies are given signs in with them. Speed is measured only when it is asked for: its figure is worth something on a machine that does nothing else.
 */
export async function judge(address, paths, categories, cookies) {
  const port = await freePort();
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...args, `--remote-debugging-port=${port}`] });
  const judgements = {};
  try {
    for (const [name, path] of Object.entries(paths)) {
      const isTimed = categories.includes("performance");
      const hurried = { pauseAfterFcpMs: 0, pauseAfterLoadMs: 0, networkQuietThresholdMs: 100, cpuQuietThresholdMs: 100 };
      // An error page is a page, too; that its status is one is not held against it.
      const leniently = { ignoreStatusCode: true, skipAudits: ["errors-in-console", "http-status-code"] };
      const { ok } = await fetch(address + path, { headers: cookies ? { Cookie: cookies } : {} });
      const flags = {
        port, logLevel: "silent", onlyCategories: categories, disableFullPageScreenshot: true,
        ...(!ok && leniently), ...(!isTimed && hurried), ...(cookies && { extraHeaders: { Cookie: cookies } }),
      };
      const { lhr } = await lighthouse(address + path, flags);
      if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`);
      const costs = (category) => category.auditRefs.filter(({ id, weight }) => weight && ![1, null].includes(lhr.audits[id].score)).map(({ id }) => id);
      const all = Object.entries(lhr.categories);
      const scores = Object.fromEntries(all.map(([id, { score }]) => [id, Math.round(score * 100)]));
      judgements[name] = { scores, costs: Object.fromEntries(all.map(([id, category]) => [id, costs(category)])) };
    }
  } finally {
    await browser.close();
  }
  return judgements;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [address] = process.argv.slice(2);
  if (!address) {
    console.error("usage: node lighthouse.js ADDRESS");
    process.exit(2);
  }
  const judgements = await judge(address, await pagesOf(address), ["performance", ...Object.keys(CATEGORIES)]);
  console.log(`| page | Performance | ${Object.values(CATEGORIES).join(" | ")} |\n|---|---|---|---|---|`);
  for (const [name, { scores }] of Object.entries(judgements)) {
    console.log(`| ${name} | ${["performance", ...Object.keys(CATEGORIES)].map((id) => scores[id]).join(" | ")} |`);
  }
}
