// Everything passes the gate: what members say, wish for and change, how the desk decides on it, and how it is found and lost again.
import { expect, testAmong } from "./lyceum.js";
import {
  APPROVE, DESCRIPTION, answerTo, approves, brings, decides, done, field, follow, heading, isRefused, isWellMade, main, opensForReview, pathOf, press,
  resource, says, shares, statusOf, story, unfold,
} from "./people.js";

const test = testAmong({
  ada: { name: "Ada Brightwater" },
  ben: { name: "Ben Okonjo" },
  grace: { name: "Grace Lindqvist", role: "moderator" },
  tobias: { name: "Tobias Sandoval", role: "moderator" },
  ines: { name: "Ines Carvalho", role: "admin" },
});

const box = (page, title) => page.getByRole("checkbox", { name: `Choose ${title}`, exact: true });
const waiting = (page, title) => main(page).getByRole("listitem").filter({ has: page.getByRole("heading", { name: title, exact: true }) });

async function changesDescription(page, path, words) {
  await page.goto(path);
  await follow(page, "Suggest an edit");
  await field(page, DESCRIPTION).fill(words);
  return answerTo(page, "Send for review");
}

async function declines(page, title, reason, message) {
  await opensForReview(page, title);
  expect(await decides(page, "Do not include it", { reason, message })).toBe(303);
  await expect(done(page)).toContainText("Decided");
}

const stopIn = (letter) => letter.text.match(/^http\S+\/letters\/stop\/\S+$/m)?.[0];

test("a topic is suggested, voted for, and told what became of it", async ({ browserOf, lyceum }) => {
  const name = "Benches along the way to the clinic";
  const bench = resource("A bench every two hundred steps");
  const [ada, grace, tobias, visitor] = [await browserOf("ada"), await browserOf("grace"), await browserOf("tobias"), await browserOf()];
  const result = await brings(await browserOf("ben"), grace, bench);
  let path;

  await test.step("suggests it, and a visitor does not find it", async () => {
    await ada.goto("/topics");
    await follow(ada, "Suggest a topic");
    await isWellMade(ada, "topic-suggest");
    expect(await statusOf(ada, "Send for review")).toBe(422);
    await isRefused(ada, field(ada, "Name"), "Give");
    await field(ada, "Name").fill(name);
    await field(ada, "What it is about").fill("Where people could sit down on the way. It concerns everyone who cannot walk far.");
    await press(ada, "Send for review");
    await expect(heading(ada, name)).toBeVisible();
    await expect(main(ada)).toContainText("Waiting for review");
    await isWellMade(ada, "topic-waiting");
    const submission = pathOf(ada);
    for (const address of ["/topics", "/topics?sort=newest", "/", "/library"]) {
      await visitor.goto(address);
      await expect(visitor.getByText(name)).toHaveCount(0);
    }
    const query = "{ topics(first: 100) { nodes { name } } }";
    expect(await (await visitor.request.post("/graphql", { data: { query } })).text()).not.toContain(name);
    await visitor.goto(submission);
    await expect(heading(visitor, "Sign in or join")).toBeVisible();
  });

  await test.step("a moderator approves it, and a visitor finds it", async () => {
    await opensForReview(grace, name);
    await isWellMade(grace, "review-of-topic");
    expect(await decides(grace, APPROVE)).toBe(303);
    await visitor.goto("/topics");
    await follow(visitor, name);
    await expect(heading(visitor, name)).toBeVisible();
    await expect(visitor.getByRole("link", { name: "Sign in to vote" })).toBeVisible();
    path = pathOf(visitor);
  });

  const votes = (page) => page.getByRole("complementary", { name: "Votes" });
  await test.step("votes, takes it back, votes again", async () => {
    await ada.goto(path);
    await press(ada, "Vote for it");
    await expect(votes(ada)).toContainText("1 member wants this");
    await expect(votes(ada)).toContainText("Your vote is among them.");
    await press(ada, "Take my vote back");
    await expect(votes(ada)).toContainText("0 members want this");
    await press(ada, "Vote for it");
    await expect(votes(ada)).toContainText("1 member wants this");
    await tobias.goto(path);
    await press(tobias, "Vote for it");
    await expect(votes(tobias)).toContainText("2 members want this");
    await visitor.goto("/topics");
    await expect(main(visitor).getByRole("heading", { level: 3 }).first()).toHaveText(name);
  });

  const sets = async (status, ledTo) => {
    await grace.goto(path);
    await unfold(grace, "Set where it stands");
    await grace.getByRole("radio", { name: status, exact: true }).check();
    await field(grace, "What it led to").fill(ledTo);
    return statusOf(grace, "Save");
  };
  await test.step("it is planned, then done, and led to something", async () => {
    expect(await sets("Planned", "")).toBe(303);
    await lyceum.letter("ada@example.org", `Planned: ${name}`);
    await visitor.goto("/topics?status=planned");
    await expect(main(visitor).getByRole("link", { name, exact: true })).toBeVisible();
    expect(await sets("Done", "/resources/nothing-of-this-name")).toBe(422);
    await isRefused(grace, field(grace, "What it led to"), "is not in the library");
    await isWellMade(grace, "topic-with-errors");
    expect(await sets("Done", result)).toBe(303);
  });

  await test.step("its page and a letter tell", async () => {
    await visitor.goto(path);
    await expect(main(visitor).getByText("Done", { exact: true })).toBeVisible();
    await expect(votes(visitor)).toContainText("2 members want this");
    const ledTo = visitor.getByRole("region", { name: "Led to one resource" });
    await expect(ledTo.getByRole("link", { name: bench.title })).toHaveAttribute("href", result);
    await isWellMade(visitor, "topic-done");
    const letter = await lyceum.letter("ada@example.org", `Done: ${name}`);
    expect(letter.text).toContain(bench.title);
    expect(letter.text).toContain(`${lyceum.address}${result}`);
    expect(letter.text).toContain(`${lyceum.address}${path}`);
  });
});

test("a conversation goes back and forth by letter, until one of them stops the letters", async ({ browserOf, lyceum }) => {
  const it = resource("Tea for those who wait");
  const [question, answer, more] = ["Who pays for the tea?", "The ward does, from its flowers.", "And the biscuits are mine."];
  const [ada, ben, grace, visitor] = [await browserOf("ada"), await browserOf("ben"), await browserOf("grace"), await browserOf()];
  const path = await brings(ada, grace, it);
  let questionPath;

  await test.step("what is said waits for the desk", async () => {
    await ben.goto(path);
    expect(await statusOf(ben, "Send comment")).toBe(422);
    await isRefused(ben, field(ben, "Your comment"), "Write something first");
    await says(ben, path, question);
    await isWellMade(ben, "comment-waiting");
    for (const address of [path, "/discuss", "/"]) {
      await visitor.goto(address);
      await expect(visitor.getByText(question)).toHaveCount(0);
    }
    await opensForReview(grace, question);
    await isWellMade(grace, "review-of-comment");
    expect(await decides(grace, APPROVE)).toBe(303);
  });

  await test.step("whose resource it is gets a letter, with a link and a way to stop", async () => {
    const letter = await lyceum.letter("ada@example.org", "Ben Okonjo commented on");
    expect(letter.text).toContain(it.title);
    expect(stopIn(letter)).toBeTruthy();
    await ada.goto(letter.link);
    await expect(main(ada)).toContainText(question);
    await isWellMade(ada, "comment");
    questionPath = pathOf(ada);
  });

  await test.step("an answer on the comment's own address brings the other a letter", async () => {
    await says(ada, questionPath, answer);
    await approves(grace, answer);
    const letter = await lyceum.letter("ben@example.org", "Ada Brightwater answered you");
    await visitor.goto(letter.link);
    await expect(main(visitor)).toContainText(answer);
    await expect(main(visitor)).toContainText("In answer to");
    await expect(main(visitor)).toContainText(question);
  });

  await test.step("the stop address stops them, for whoever has the letter, at the press of a button", async () => {
    const letter = await lyceum.letter("ben@example.org", "answered you");
    await visitor.goto(stopIn(letter));
    await isWellMade(visitor, "letters-stop");
    await press(visitor, "Stop letters about replies");
    await expect(done(visitor)).toContainText("Stopped. No more letters about replies will come.");
    await isWellMade(visitor, "letters-stopped");
    await ben.goto("/settings");
    await expect(ben.getByLabel("Write to me when somebody replies to me")).not.toBeChecked();
    await isWellMade(ben, "settings");

    await says(ada, questionPath, more);
    await approves(grace, more);
    // Letters leave in the order in which they were caused: when a later one is there, nothing is left to come.
    await visitor.goto("/sign-in");
    await field(visitor, "E-mail").fill("ben@example.org");
    await press(visitor, "Send me a link");
    await lyceum.letter("ben@example.org", "Your link");
    expect(await lyceum.letters("ben@example.org", "answered you")).toHaveLength(1);
  });

  await test.step("the thread shows who answered whom, and the discussion what is new", async () => {
    await visitor.goto(path);
    const talk = visitor.getByRole("region", { name: "3 comments" });
    await expect(talk.getByRole("article")).toHaveText([question, answer, more].map((words) => new RegExp(words.replaceAll("?", "\\?"))));
    await expect(talk.getByRole("article").filter({ hasText: answer })).toContainText("Reply, level 2:");
    const left = async (words) => (await talk.getByText(words).boundingBox()).x;
    expect(await left(answer), "an answer stands further in").toBeGreaterThan(await left(question));
    expect(await left(more)).toBe(await left(answer));
    await isWellMade(visitor, "resource-with-thread");
    await visitor.goto("/discuss");
    await expect(main(visitor).locator("li", { hasText: "On the resource" })).toContainText([more, answer, question]);
    await isWellMade(visitor, "discuss");
  });
});

test("everybody reads the old text until the desk has read the new one", async ({ browserOf, lyceum }) => {
  const [old, worse, better] = ["Bring water, shade and a chair.", "Bring water, shade and my brochure.", "Bring water, shade and two chairs."];
  const it = resource("What to bring to a heat wave", { description: old });
  const [ada, ben, grace, visitor] = [await browserOf("ada"), await browserOf("ben"), await browserOf("grace"), await browserOf()];
  const path = await brings(ada, grace, it);
  const reads = async (words) => {
    expect((await visitor.goto(path)).status()).toBe(200);
    await expect(visitor.getByRole("article").first()).toContainText(words);
  };

  await test.step("an edit waits while the old text stays", async () => {
    await ada.goto(path);
    await follow(ada, "Suggest an edit");
    await ben.goto(`${path}/edit`);
    await isWellMade(ben, "edit");
    expect((await changesDescription(ben, path, worse)).status()).toBe(303);
    await expect(main(ben)).toContainText("Everyone reads the old text until a volunteer has read yours.");
    await isWellMade(ben, "edit-waiting");
    await reads(old);
  });

  await test.step("a second edit is refused kindly", async () => {
    // Whoever had the form open already loses nothing that was typed.
    await field(ada, DESCRIPTION).fill(better);
    expect(await statusOf(ada, "Send for review")).toBe(422);
    await expect(ada.getByRole("alert")).toContainText("An edit of this is waiting already; one at a time");
    await expect(field(ada, DESCRIPTION)).toHaveValue(better);
    await isWellMade(ada, "edit-refused");
    await ada.goto(`${path}/edit`);
    await expect(main(ada)).toContainText("An edit is waiting for review already.");
    await expect(ada.getByRole("button", { name: "Send for review" })).toHaveCount(0);
    await isWellMade(ada, "edit-of-waiting");
  });

  await test.step("the desk sees which words change, and declines", async () => {
    await opensForReview(grace, it.title);
    const changes = grace.getByRole("region", { name: "What changes" });
    await expect(changes.getByRole("deletion")).toHaveText(["a chair"]);
    await expect(changes.getByRole("insertion")).toHaveText(["my brochure"]);
    await expect(changes).toContainText("Bring water, shade and");
    await isWellMade(grace, "review-of-edit");
    await grace.getByRole("radio", { name: "Do not include it" }).check();
    expect(await statusOf(grace, "Send decision, open next")).toBe(422);
    await isRefused(grace, grace.getByLabel("Reason", { exact: true }), "Choose a reason");
    expect(await decides(grace, "Do not include it", { reason: "Mostly promotion", message: "A chair helps more." })).toBe(303);
    await reads(old);
    await expect(visitor.getByText(worse)).toHaveCount(0);
    const letter = await lyceum.letter("ben@example.org", "Edit not included");
    for (const words of [it.title, "the library does not carry advertising", "A chair helps more."]) {
      expect(letter.text).toContain(words);
    }
  });

  await test.step("another is approved, and read at the same address", async () => {
    expect((await changesDescription(ada, path, better)).status()).toBe(303);
    await expect(heading(ada, it.title)).toBeVisible();
    await approves(grace, it.title);
    await reads(better);
    await expect(visitor.getByText(old)).toHaveCount(0);
    const letter = await lyceum.letter("ada@example.org", "Your edit is in place");
    expect(letter.link).toBe(`${lyceum.address}${path}`);
  });
});

test("one moderator is on it, until an administrator breaks the claim", async ({ browserOf }) => {
  const it = resource("Whose turn it is");
  const [ada, grace, tobias, ines] = [await browserOf("ada"), await browserOf("grace"), await browserOf("tobias"), await browserOf("ines")];
  const submission = await shares(ada, it);
  await opensForReview(tobias, it.title);

  await test.step("she says that she is on it, and all can see it", async () => {
    await opensForReview(grace, it.title);
    await press(grace, "I’m on it");
    await expect(done(grace)).toContainText("You are on it for 15 minutes.");
    await expect(main(grace)).toContainText("You are on it until");
    await expect(grace.getByRole("button", { name: "Let it go" })).toBeVisible();
    await isWellMade(grace, "review-mine");
    await ada.goto(submission);
    await expect(main(ada)).toContainText("A moderator is reading it now.");
  });

  await test.step("a colleague can only look", async () => {
    expect(await decides(tobias, APPROVE, { message: "I was here first." }), "whoever had it open already").toBe(409);
    await expect(tobias.getByRole("alert")).toContainText("A colleague is on it.");
    await expect(main(tobias)).toContainText("I was here first.");
    await isWellMade(tobias, "review-too-late-for-claim");
    await tobias.goto("/desk");
    await expect(waiting(tobias, it.title)).toContainText("Grace Lindqvist is on it");
    await isWellMade(tobias, "desk-with-claim");
    await follow(tobias, it.title);
    await expect(main(tobias)).toContainText("Grace Lindqvist is on it until");
    for (const button of ["Send decision, open next", "I’m on it", "Let it go", "Break the claim"]) {
      await expect(tobias.getByRole("button", { name: button })).toHaveCount(0);
    }
    await expect(tobias.getByRole("radio")).toHaveCount(0);
    await isWellMade(tobias, "review-of-other");
  });

  await test.step("an administrator breaks the claim, and says why", async () => {
    await opensForReview(ines, it.title);
    await unfold(ines, "Break the claim");
    expect(await statusOf(ines, "Break the claim")).toBe(422);
    await isWellMade(ines, "review-claim-with-errors");
    await expect(field(ines, "Why")).toBeVisible();
    await isRefused(ines, field(ines, "Why"), /reason|why/i);
    await field(ines, "Why").fill("Grace is on a train.");
    expect(await statusOf(ines, "Break the claim")).toBe(303);
    await expect(done(ines)).toContainText("It is free again.");
    await expect(main(ines)).toContainText("Claim broken by an administrator");
    await isWellMade(ines, "review-claim-broken");
  });

  await test.step("the colleague decides", async () => {
    await approves(tobias, it.title);
    await grace.goto("/library");
    await expect(grace.getByRole("link", { name: it.title })).toBeVisible();
  });
});

test("many are decided at once, and each for itself", async ({ browserOf, lyceum }) => {
  const [water, shade, salt, bread, soup] = ["Where to find water", "Where to find shade", "How much salt", "Bread on Sundays", "Soup by the gate"];
  const [ada, grace] = [await browserOf("ada"), await browserOf("grace")];
  const paths = {};
  for (const title of [water, shade, salt, bread, soup]) paths[title] = await shares(ada, resource(title));

  await test.step("three are chosen, of which one has changed meanwhile", async () => {
    await grace.goto("/desk");
    await expect(grace.getByText("5 are waiting, oldest first.")).toBeVisible();
    for (const title of [water, salt, soup]) await box(grace, title).check();
    await ada.goto(paths[salt]);
    await field(ada, DESCRIPTION).fill("How much salt: less than the label says.");
    await press(ada, "Send the new version");
    await expect(main(ada)).toContainText("second version");
    await unfold(grace, "Decide on those chosen");
    await isWellMade(grace, "desk-chosen");
    expect(await statusOf(grace, "Put them in the library")).toBe(200);
  });

  await test.step("two are approved, and the page says why the third is not", async () => {
    const became = grace.getByRole("status", { name: "What became of each" });
    await expect(became).toContainText("2 were decided. One was not:");
    const [refused, ...decided] = [salt, water, soup].map((title) => became.getByRole("listitem").filter({ hasText: title }));
    await expect(became.getByRole("listitem")).toHaveCount(3);
    await expect(refused).toContainText("There is a newer version than the one you read");
    for (const one of decided) await expect(one).toContainText("In the library");
    await expect(grace.getByText("3 are waiting, oldest first.")).toBeVisible();
    await isWellMade(grace, "desk-after-many");
    await ada.goto("/library");
    await expect(ada.getByRole("region", { name: "2 resources" }).getByRole("heading", { level: 3 })).toHaveText([soup, water]);
  });

  await test.step("nothing chosen is nothing done", async () => {
    await unfold(grace, "Decide on those chosen");
    expect(await statusOf(grace, "Do not include them")).toBe(422);
    await expect(grace.getByRole("alert")).toContainText("Choose at least one");
    await isWellMade(grace, "desk-none-chosen");
  });

  await test.step("all that is left is declined, with a reason", async () => {
    await grace.goto("/desk");
    for (const title of [shade, salt, bread]) await box(grace, title).check();
    await unfold(grace, "Decide on those chosen");
    await grace.getByLabel("Reason", { exact: true }).selectOption("Out of scope");
    await field(grace, "Words for the author").fill("These three belong on the parish board.");
    await press(grace, "Do not include them");
    await expect(done(grace)).toContainText("3 were decided. Nothing was refused.");
    await expect(grace.getByText("The desk is clear.")).toBeVisible();
    await isWellMade(grace, "desk-cleared");
    for (const title of [shade, salt, bread]) {
      await ada.goto(paths[title]);
      await expect(story(ada, title)).toContainText("Not included");
      await expect(story(ada, title)).toContainText("we could not see that link here");
      await expect(story(ada, title)).toContainText("These three belong on the parish board.");
      await lyceum.letter("ada@example.org", `Not included: ${title}`);
    }
  });
});

test("what is taken down leaves a note that says why", async ({ browserOf, lyceum }) => {
  const it = resource("Draughtproofing the gas room");
  const reason = "Following it could hurt somebody";
  const [ada, grace, visitor] = [await browserOf("ada"), await browserOf("grace"), await browserOf()];
  const path = await brings(ada, grace, it);

  await test.step("a moderator takes it down, with a reason", async () => {
    await grace.goto(path);
    await follow(grace, "On the desk");
    await isWellMade(grace, "review-of-published");
    expect(await decides(grace, "Take it down")).toBe(422);
    await isRefused(grace, grace.getByLabel("Reason", { exact: true }), "Choose a reason");
    expect(await decides(grace, "Take it down", { reason: "Could cause harm", message: "It closes the vent." })).toBe(303);
    await expect(done(grace)).toContainText("Decided");
  });

  await test.step("its address says so, and nothing finds it", async () => {
    expect((await visitor.goto(path)).status()).toBe(410);
    await expect(heading(visitor, "This was taken down")).toBeVisible();
    await expect(main(visitor)).toContainText("Could cause harm");
    await expect(main(visitor)).toContainText(reason);
    for (const secret of [it.title, it.description, it.url, "It closes the vent."]) {
      expect(await visitor.content(), "nothing of it stays").not.toContain(secret);
    }
    await isWellMade(visitor, "gone");
    for (const address of ["/library?query=draughtproofing", "/library", "/"]) {
      await visitor.goto(address);
      await expect(main(visitor).getByText(it.title)).toHaveCount(0);
    }
  });

  await test.step("its author is told", async () => {
    const letter = await lyceum.letter("ada@example.org", `Taken down: ${it.title}`);
    for (const words of ["Could cause harm", reason, "It closes the vent."]) expect(letter.text).toContain(words);
    await ada.goto(letter.link);
    await expect(story(ada, it.title)).toContainText("Taken down");
    await expect(story(ada, it.title)).toContainText(reason);
    await isWellMade(ada, "submission-taken-down");
  });

  await test.step("everybody can read that it was decided, and follow what is", async () => {
    await visitor.goto("/decisions");
    await visitor.getByLabel("What was decided").selectOption("Taken down");
    await press(visitor, "Show these");
    await expect(visitor.getByRole("region", { name: "1 decision" })).toContainText("Could cause harm");
    await expect(main(visitor)).not.toContainText(it.title);
    await expect(main(visitor)).not.toContainText("It closes the vent.");
    await isWellMade(visitor, "decisions-taken-down");
    const feed = await visitor.request.get(await visitor.getByRole("link", { name: "Feed of these" }).getAttribute("href"));
    expect(feed.headers()["content-type"]).toMatch(/^application\/atom\+xml/);
    expect(await feed.text()).toContain(`Could cause harm: We know this was meant to help. ${reason}`);
    expect((await visitor.request.get("/decisions.atom")).headers()["content-type"]).toMatch(/^application\/atom\+xml/);
  });
});

test("a visitor finds what fits best, narrows it, and is never shouted at", async ({ browserOf }) => {
  const named = resource("The memory cafe on the square");
  const mentioned = resource("Evenings without television", { kind: "Podcast", description: "Some met in a café, some at home." });
  const other = resource("A quiet place to sit", { description: "Benches, and nothing to buy." });
  const [ada, grace, visitor] = [await browserOf("ada"), await browserOf("grace"), await browserOf()];
  for (const it of [named, mentioned, other]) await brings(ada, grace, it);
  const titles = () => main(visitor).getByRole("region").first().getByRole("heading", { level: 3 });

  await test.step("accents and capitals do not matter", async () => {
    await visitor.goto("/");
    await visitor.getByRole("searchbox", { name: "Search the library" }).fill("CAFÉ");
    await press(visitor, "Search");
    await expect(visitor.getByRole("heading", { name: "2 resources" })).toBeVisible();
    await expect(titles()).toHaveText([named.title, mentioned.title]);
    await expect(titles().first().getByRole("mark")).toHaveText("cafe");
    await expect(main(visitor).getByRole("mark").last()).toHaveText("café");
    await expect(visitor.getByRole("searchbox")).toHaveValue("CAFÉ");
    await expect(visitor).toHaveTitle(/^“CAFÉ”: 2 resources/);
    await isWellMade(visitor, "search");
  });

  await test.step("a facet says how many it will leave", async () => {
    const podcasts = visitor.getByRole("region", { name: "Kind" }).getByRole("listitem").filter({ hasText: "Podcast" });
    await expect(podcasts).toContainText("1");
    await podcasts.getByRole("link").click();
    await expect(visitor.getByRole("heading", { name: "1 resource", exact: true })).toBeVisible();
    await expect(titles()).toHaveText([mentioned.title]);
    await isWellMade(visitor, "search-narrowed");
    await main(visitor).getByRole("list", { name: "Active filters" }).getByRole("link", { name: /Podcast/ }).click();
    await expect(visitor.getByRole("heading", { name: "2 resources" })).toBeVisible();
  });

  await test.step("what cannot be searched is answered kindly", async () => {
    const search = async (words) => {
      await visitor.goto("/");
      const answer = visitor.waitForResponse((response) => response.url().includes("/library?"));
      await visitor.getByRole("searchbox").fill(words);
      await press(visitor, "Search");
      expect((await answer).status(), words.slice(0, 20)).toBe(200);
      await expect(heading(visitor, "Library")).toBeVisible();
    };
    await search("AND OR NOT");
    await expect(main(visitor)).toContainText("Nothing in the library was found for “AND OR NOT”");
    await search('"" -* (:^) \\');
    await expect(visitor.getByRole("heading", { name: "Not searched" })).toBeVisible();
    await expect(visitor.getByRole("searchbox")).toHaveAccessibleDescription(/Give at least one word, of letters or digits/);
    await isWellMade(visitor, "search-of-operators");
    // The box takes no more than can be searched for; an address may be made by anybody, and of any length.
    for (const length of [201, 10_000]) {
      const tooLong = new URLSearchParams({ query: "water ".repeat(1_700).slice(0, length) });
      expect((await visitor.goto(`/library?${tooLong}`)).status(), `${length} characters`).toBe(200);
      await expect(visitor.getByRole("searchbox")).toHaveAccessibleDescription(/Search for less at once: 200 characters at most/);
    }
    await isWellMade(visitor, "search-too-long");
    await follow(visitor, "Show without searching");
    await expect(visitor.getByRole("heading", { name: "3 resources" })).toBeVisible();
  });
});
