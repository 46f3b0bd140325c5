// What a first visit weighs, that nothing moves while it comes, and how pages are heard.
import { readFile, readdir } from "node:fs/promises";
import { expect, test } from "./lyceum.js";
import { field, fillsIn, follow, main, press, resource } from "./people.js";
import { firstVisit, overTheWire } from "./weight.js";

const KIB = 1024;
const FIRST_VISITS = { home: "/", library: "/library", "a resource that is talked about": "/library?query=by-law" };

// Every shift of the layout so far. This runs on the page.
function shifts() {
  const told = ({ value, sources }) => `${value}: ${sources.map(({ node }) => node?.outerHTML?.slice(0, 120))}`;
  return new Promise((tell) => {
    new PerformanceObserver((list) => tell(list.getEntries().map(told))).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => tell([]), 300);
  });
}

// Assets are compressed ahead, and kept for ever by their names.
async function areKept(addresses) {
  for (const address of addresses) {
    expect.soft(new URL(address).pathname, "named by its content").toMatch(/^\/assets\/[0-9a-f]{12}\/[\w.-]+$/);
    for (const [accepted, encoding] of Object.entries({ "gzip, deflate, br, zstd": "br", gzip: "gzip" })) {
      const { headers } = await overTheWire(address, accepted);
      expect.soft(headers["content-encoding"], address).toBe(encoding);
      expect.soft(headers["cache-control"], address).toBe("public, max-age=31536000, immutable");
    }
  }
}

for (const [name, address] of Object.entries(FIRST_VISITS)) {
  test(`a first visit to ${name} is light, and nothing moves`, async ({ browserOf }) => {
    let path = address;
    if (path.includes("by-law")) {
      const reader = await browserOf();
      await reader.goto(path);
      path = await main(reader).getByRole("link", { name: /^Model by-law/ }).getAttribute("href");
    }
    for (const width of [360, 1280]) {
      const page = await browserOf(undefined, { javaScriptEnabled: true, viewport: { width, height: 800 } });
      const { came } = await firstVisit(page, path);
      const list = came.map(({ url, bytes }) => `${url}: ${bytes}`).join("\n");
      const assets = came.map(({ url }) => url).filter((url) => new URL(url).pathname !== new URL(page.url()).pathname);
      expect.soft(came.reduce((sum, { bytes }) => sum + bytes, 0), `bytes of\n${list}`).toBeLessThan(60 * KIB);
      expect.soft(came.length, `requests\n${list}`).toBeLessThan(8);
      expect.soft(assets.filter((url) => url.endsWith(".css")), "one stylesheet").toHaveLength(1);
      expect.soft(await page.locator("head link[rel=stylesheet]").count(), "it stands in the head").toBe(1);
      const holding = page.locator("style, [style], script:not([src]), script:not([type=module])");
      expect.soft(await holding.count(), "nothing inline, nothing that holds up the page").toBe(0);
      expect.soft(await page.evaluate(shifts), "nothing moves").toEqual([]);
      await areKept(assets);
    }
  });
}

test("styles and scripts are small", async () => {
  const sizes = async (folder, ending) => {
    const place = new URL(`../../frontend/${folder}/`, import.meta.url);
    const names = (await readdir(place)).filter((name) => name.endsWith(ending));
    return Promise.all(names.map(async (name) => [name, (await readFile(new URL(name, place))).length]));
  };
  const styles = await sizes("styles", ".css");
  expect(styles.reduce((sum, [, size]) => sum + size, 0), `all styles: ${styles.join("; ")}`).toBeLessThan(30 * KIB);
  const scripts = await sizes("scripts", ".js");
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter(([, size]) => size >= 4 * KIB)).toEqual([]);
});

// What somebody hears who has the page read out. Times are as they come.
test("share, its errors and review are heard as they were written down", async ({ browserOf }) => {
  const [marek, wren] = [await browserOf("marek"), await browserOf("wren")];
  await marek.goto("/share");
  await expect(main(marek)).toMatchAriaSnapshot({ name: "share.aria.yml" });
  await fillsIn(marek, { ...resource("Half a thing"), title: "", url: "half an address" });
  await press(marek, "Send for review");
  await expect(marek.getByRole("alert")).toMatchAriaSnapshot({ name: "share-errors.aria.yml" });
  await expect(field(marek, "Title")).toHaveAccessibleDescription(/Give it the title/);
  await wren.goto("/desk");
  await follow(wren, "Breast and chest screening: a front-desk guide to welcoming trans patients");
  await expect(main(wren)).toMatchAriaSnapshot({ name: "review.aria.yml" });
});
