// npm ci && npx playwright test, with a built lyceum (or LYCEUM_BINARY) and Debian's Chromium (or CHROMIUM).
import { defineConfig } from "@playwright/test";

// On a clean machine each journey is made once: who somebody is, and what a newcomer does, without scripts on a phone; the gate with scripts at a desk.
const AT_THE_DESK = /gate\.spec|keyboard\.spec/;
// Neither the engine nor the width changes anything here, or it is looked at from there.
const ONCE = /(door|every-page|lighthouse|look|writing)\.spec/;

export default defineConfig({
  testMatch: "*.spec.js",
  forbidOnly: true,
  // A worker has a program of its own, and nobody else works in it.
  workers: 2,
  // Generous, for a machine that builds at the same time: nothing here waits longer than it must.
  timeout: 180_000,
  // How a page is heard is the same at each width and with each engine; times and numbers are patterns there.
  expect: { timeout: 10_000, toMatchAriaSnapshot: { pathTemplate: "heard/{arg}{ext}", children: "deep-equal" } },
  reporter: "list",
  use: {
    // A name that is on no page is told as that, and not as the end of the whole journey.
    actionTimeout: 30_000,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    {
      // Nothing of Lyceum needs a script. What measures a page asks for one.
      name: "phone",
      use: { viewport: { width: 360, height: 740 }, engine: "sqlite", javaScriptEnabled: false },
      testIgnore: process.env.CI ? AT_THE_DESK : undefined,
    },
    {
      name: "desktop",
      use: { viewport: { width: 1280, height: 900 }, engine: "postgres", javaScriptEnabled: true },
      testMatch: process.env.CI ? AT_THE_DESK : undefined,
      testIgnore: ONCE,
    },
  ],
});
