// npm ci && npx playwright test, with a built lyceum (or LYCEUM_BINARY) and Debian's Chromium (or CHROMIUM).
import { defineConfig } from "@playwright/test";

// The rounds through all pages take longest: each person makes theirs at one width, and the clean machine those of visitor and moderator.
const judgedFor = (...people) => new RegExp(`well made(, seen by the| for a) (${people.join("|")})$`);
// On a clean machine each journey is made once, at the one width or at the other.
const onThePhone = /identity\.spec|door\.spec|well made/;

export default defineConfig({
  testMatch: "*.spec.js",
  forbidOnly: true,
  // A worker has a program of its own, and nobody else works in it.
  workers: 2,
  // Generous, for a machine that builds at the same time: nothing here waits longer than it must.
  timeout: 180_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  use: {
    // A name that is on no page is told as that, and not as the end of the whole journey.
    actionTimeout: 30_000,
    // Nothing of Lyceum needs a script. What measures a page asks for one.
    javaScriptEnabled: false,
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
      name: "phone",
      use: { viewport: { width: 360, height: 740 }, engine: "sqlite" },
      grep: process.env.CI ? onThePhone : /./,
      grepInvert: judgedFor("member", "administrator"),
    },
    {
      name: "desktop",
      use: { viewport: { width: 1280, height: 900 }, engine: "postgres" },
      grepInvert: process.env.CI ? onThePhone : [judgedFor("visitor", "moderator"), /door\.spec/],
    },
  ],
});
