// How people find their way on a page, and what holds of every page they see.
import { expect, test } from "./lyceum.js";

export const field = (page, name) => page.getByRole("textbox", { name, exact: true });
export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
export const follow = (page, name) => page.getByRole("link", { name, exact: true }).click();
export const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true });
export const story = (page, title) => page.getByRole("article").filter({ hasText: title });

// Holds of every page, in whatever state it is. Its picture is for people to look at afterwards.
export async function isWellMade(page, name) {
  await expect.soft(page.getByRole("heading", { level: 1 }), `${name}: one first heading`).toHaveCount(1);
  const beyond = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(await beyond(), `${name}: pixels beyond the edge`).toBeLessThanOrEqual(0);
  await page.screenshot({ path: `pictures/${test.info().project.name}-${name}.png`, fullPage: true });
}

export async function isRefused(page, field, words) {
  await expect(page).toHaveTitle(/^Error: /);
  await expect(page.getByRole("alert")).toBeFocused();
  const links = page.getByRole("alert").getByRole("link");
  await expect(links.filter({ hasText: words })).toBeVisible();
  const tops = await links.evaluateAll((all) => all.map((link) => document.getElementById(link.hash.slice(1)).getBoundingClientRect().top));
  expect.soft(tops, "what is wrong is listed in the order of the form").toEqual(tops.toSorted((one, other) => one - other));
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(new RegExp(words));
}

// Presses a button and answers what the server says to it.
export async function answerTo(page, button) {
  const answer = page.waitForResponse((response) => response.request().method() === "POST");
  await press(page, button);
  return answer;
}

export const statusOf = async (page, button) => (await answerTo(page, button)).status();
