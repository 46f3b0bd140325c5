// What scripts add for somebody who writes: how it will look, and that nothing typed is lost.
import { expect, testAmong } from "./lyceum.js";
import { DESCRIPTION, done, field, fillsIn, main, press, resource, statusOf, unfold } from "./people.js";

const test = testAmong({ ada: { name: "Ada Brightwater" } });
const scripted = { javaScriptEnabled: true };
const offer = (page) => main(page).locator("[data-kept]");

test("what somebody writes is shown as it will look, or it says why not", async ({ browserOf }) => {
  const ada = await browserOf("ada", scripted);
  await ada.goto("/share");
  await unfold(ada, "How it will look");
  const shown = ada.getByRole("group", { name: "How it will look" });
  await expect(shown).toHaveText("Write something above, and it shows here.", { useInnerText: true });
  await field(ada, DESCRIPTION).fill("Print **both** sides.");
  await expect(shown.locator("strong")).toHaveText("both");
  await field(ada, DESCRIPTION).fill(`${"> ".repeat(200)}deep`);
  await expect(shown).toHaveText("Too long, or nested too deeply, to be shown or sent.", { useInnerText: true });
  await ada.context().setOffline(true);
  await field(ada, DESCRIPTION).fill("Print one side.");
  await expect(shown).toHaveText("It cannot be shown right now. What you typed stays.", { useInnerText: true });
});

test("what was typed is offered again until it is sent, and nothing else goes with it", async ({ browserOf }) => {
  const ada = await browserOf("ada", scripted);
  const it = resource("Lantern walks on dark roads");
  await ada.goto("/topics/suggest");
  await field(ada, "What it is about").fill(it.title);
  await ada.goto("/share");
  await expect(offer(ada).getByRole("button")).toHaveCount(0);
  await field(ada, "Title").fill(it.title.slice(0, 12));
  await ada.goto("/library");
  await ada.goto("/share");
  await expect(offer(ada)).toContainText(`Kept in this browser: ${it.title.slice(0, 12)}`);
  await press(ada, "Put it back");
  await expect(field(ada, "Title")).toHaveValue(it.title.slice(0, 12));
  await ada.goto("/library");
  // Somebody who begins anew instead sends all of it, too.
  await ada.goto("/share");
  await expect(offer(ada).getByRole("button", { name: "Put it back" })).toBeVisible();
  await fillsIn(ada, { ...it, url: "nowhere" });
  expect(await statusOf(ada, "Send for review")).toBe(422);
  await field(ada, "Link").fill(it.url);
  await press(ada, "Send for review");
  await expect(done(ada)).toHaveText("Sent for review. This page always shows where it stands.");
  await ada.goto("/share");
  await expect(offer(ada).getByRole("button")).toHaveCount(0);
  await expect(field(ada, "Title")).toHaveValue("");
  await ada.goto("/topics/suggest");
  await expect(offer(ada)).toContainText(`Kept in this browser: ${it.title}`);
});
