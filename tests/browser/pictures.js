// The pictures in docs/pictures, from the demonstration. By hand, once pages look otherwise: `node pictures.js`.
import { mkdir, writeFile } from "node:fs/promises";
import { chromium } from "@playwright/test";
import { start } from "./lyceum.js";
import { main } from "./people.js";

const folder = new URL("../../docs/pictures/", import.meta.url);
const MOST = 150 * 1024;

const lyceum = await start({ flags: ["--demo"] });
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });

async function browserOf(handle) {
  const page = await browser.newPage({ baseURL: lyceum.address, viewport: { width: 1280, height: 900 }, colorScheme: "light", locale: "en-GB", reducedMotion: "reduce" });
  if (!handle) return page;
  await page.goto(await lyceum.signInLink(handle));
  await main(page).getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in/"));
  return page;
}

// As a PNG it would be twice to four times as large.
async function takes(page, name, path) {
  await page.goto(path);
  await page.mouse.move(0, 0);
  const wire = await page.context().newCDPSession(page);
  for (const quality of [90, 75, 60]) {
    const { data } = await wire.send("Page.captureScreenshot", { format: "webp", quality });
    const bytes = Buffer.from(data, "base64");
    if (bytes.length > MOST) continue;
    await writeFile(new URL(`${name}.webp`, folder), bytes);
    return console.log(`${name}.webp: ${bytes.length} bytes, at quality ${quality}`);
  }
  throw new Error(`${name} is too large a picture`);
}

const linkIn = async (page, address, name) => {
  await page.goto(address);
  return main(page).getByRole("link", { name }).first().getAttribute("href");
};

try {
  await mkdir(folder, { recursive: true });
  const [visitor, member, moderator] = [await browserOf(), await browserOf("marek"), await browserOf("wren")];
  await takes(visitor, "home", "/");
  await takes(visitor, "library", "/library");
  await takes(visitor, "resource", await linkIn(visitor, "/library?query=by-law", /^Model by-law/));
  await takes(member, "share", "/share");
  await takes(moderator, "review", await linkIn(moderator, "/desk?kind=RESOURCE", /^Model by-law/));
  await takes(visitor, "decisions", "/decisions");
} finally {
  await browser.close();
  await lyceum.stop();
}
