// How people find their way on a page, what several journeys have them do there, and what holds of every page they see.
import { expect, test } from "./lyceum.js";

// The same decision is called by what it does to a resource, to an edit, and to what is not in the library.
export const APPROVE = /^(Put it in|Publish it)/;
export const DESCRIPTION = "What it is, and what one can do with it";

export const main = (page) => page.getByRole("main");
export const done = (page) => page.getByRole("status");
export const field = (page, name) => page.getByRole("textbox", { name, exact: true });
export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
export const follow = (page, name) => page.getByRole("link", { name, exact: true }).click();
export const unfold = (page, name) => page.locator("summary").filter({ hasText: name }).click();
export const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true });
export const story = (page, title) => page.getByRole("article").filter({ hasText: title });
export const pathOf = (page) => new URL(page.url()).pathname;

// Holds of every page, in whatever state it is. Its picture is for people to look at afterwards; a gate that nobody looks at takes none (PICTURES=off).
export async function isWellMade(page, name) {
  await expect.soft(page.getByRole("heading", { level: 1 }), `${name}: one first heading`).toHaveCount(1);
  const beyond = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(await beyond(), `${name}: pixels beyond the edge`).toBeLessThanOrEqual(0);
  if (process.env.PICTURES !== "off") await page.screenshot({ path: `pictures/${test.info().project.name}-${name}.png`, fullPage: true });
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

// Opens the letter in `reader`, which may be another browser.
export async function asksForLink(page, lyceum, email, reader = page) {
  await field(page, "E-mail").fill(email);
  await press(page, "Send me a link");
  await expect(heading(page, "Look into your mail")).toBeVisible();
  await reader.goto((await lyceum.letter(email, "Your link")).link);
}

// What stands in the form already may be left as it is.
export async function joins(page, { name, handle, sector }) {
  if (name) await field(page, "Name").fill(name);
  await field(page, "Handle").fill(handle);
  await page.getByLabel("Sector").selectOption(sector);
  await page.getByLabel("I agree to the guidelines").check();
  await press(page, "Join");
}

// Something nobody has shared yet.
export function resource(title, more) {
  const url = `https://${title.toLowerCase().replaceAll(/\W+/g, "-")}.example/`;
  return { url, title, kind: "Guide", description: `${title}: a guide. Print it and hang it where people wait.`, ...more };
}

export async function fillsIn(page, { url, title, kind, description }) {
  await field(page, "Link").fill(url);
  await field(page, "Title").fill(title);
  await page.getByLabel("Kind", { exact: true }).selectOption(kind);
  await field(page, DESCRIPTION).fill(description);
}

// Answers the address of the submission.
export async function shares(page, it) {
  await page.goto("/share");
  await fillsIn(page, it);
  await press(page, "Send for review");
  await expect(story(page, it.title)).toContainText("Waiting for review");
  return pathOf(page);
}

// On the page of what it is about, or of what it answers.
export async function says(page, path, words) {
  await page.goto(path);
  await field(page, "Your comment").fill(words);
  await press(page, "Send comment");
  await expect(done(page)).toContainText("Sent. This page always shows where your comment stands.");
}

export async function opensForReview(page, title) {
  await page.goto("/desk");
  await follow(page, title);
  await expect(heading(page, title)).toBeVisible();
}

// Answers the status, for the decisions that come too late.
export async function decides(page, decision, { reason, message = "" } = {}) {
  await page.getByRole("radio", { name: decision, exact: true }).check();
  if (reason) await page.getByLabel("Reason", { exact: true }).selectOption(reason);
  await field(page, "Words for the author").fill(message);
  return statusOf(page, "Send decision, open next");
}

export async function approves(page, title) {
  await opensForReview(page, title);
  expect(await decides(page, APPROVE)).toBe(303);
  await expect(done(page)).toContainText("Decided");
}

// Puts it into the library, and answers its address there.
export async function brings(author, moderator, it) {
  const submission = await shares(author, it);
  await approves(moderator, it.title);
  await author.goto(submission);
  return author.getByRole("link", { name: "See it in the library", exact: true }).getAttribute("href");
}
