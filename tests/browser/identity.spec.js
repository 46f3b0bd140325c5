// Who somebody is: the ways in, sessions that end, what programs may do, what administrators do to people, and leaving.
import { readFile } from "node:fs/promises";
import { inflateRawSync } from "node:zlib";
import { expect, testAmong } from "./lyceum.js";
import {
  DESCRIPTION, answerTo, approves, asksForLink, brings, done, field, fillsIn, follow, heading, isRefused, isWellMade, joins, main, pathOf, press, resource,
  says, statusOf, story, unfold,
} from "./people.js";

// The campus says at its userinfo endpoint who somebody is, and the clinic in the ID token.
const test = testAmong(
  {
    ada: { name: "Ada Brightwater" },
    ben: { name: "Ben Okonjo" },
    grace: { name: "Grace Lindqvist", role: "moderator" },
    ines: { name: "Ines Carvalho", role: "admin" },
  },
  {
    campus: {
      name: "Campus",
      accounts: {
        "l.ortiz": { sub: "campus-1017", name: "Lena Ortíz", email: "lena@campus.example", email_verified: true },
        // Whoever she is, the address is the one of a member here.
        "a.bright": { sub: "campus-2044", name: "Anna Bright", email: "ada@example.org", email_verified: true },
      },
    },
    clinic: {
      name: "Clinic",
      claimsInIdToken: true,
      accounts: {
        "b.okonjo": { sub: "clinic-31", name: "Dr. B. Okonjo", email: "okonjo@clinic.example", email_verified: true },
        "n.abebe": { sub: "clinic-77", name: "Nia Abebe", email: "abebe@clinic.example", email_verified: false },
      },
    },
  },
);

// One of the themes that a community begins with.
const THEME = "Reproductive justice";

async function opensTheme(page) {
  await page.goto("/topics");
  await follow(page, THEME);
  await expect(heading(page, THEME)).toBeVisible();
}

// On the provider's own pages: says who one is, and that Lyceum may know.
async function consents(page, login) {
  await page.getByPlaceholder("Enter any login").fill(login);
  await page.getByPlaceholder("and password").fill("Any will do.");
  await press(page, "Sign-in");
  await expect(heading(page, "Authorize")).toBeVisible();
  await press(page, "Continue");
}

async function comesBy(page, provider, login) {
  await page.goto("/sign-in");
  await follow(page, `Continue with ${provider}`);
  await consents(page, login);
}

async function isSignedInAs(page, handle) {
  await page.goto("/settings");
  await expect(main(page)).toContainText(`@${handle}`);
}

async function isSignedOut(page) {
  await page.goto("/settings");
  await expect(heading(page, "Sign in or join")).toBeVisible();
}

const ways = (page) => page.getByRole("region", { name: "Ways to sign in" });
const sessions = (page) => page.getByRole("region", { name: "Where you are signed in" }).getByRole("listitem");

async function isDraft(page, it) {
  await expect(heading(page, it.title)).toBeVisible();
  await expect(story(page, it.title)).toContainText("Draft");
  await expect(field(page, "Link")).toHaveValue(it.url);
  await expect(field(page, DESCRIPTION)).toHaveValue(it.description);
}

test("a newcomer comes in by the campus, and is back on the page they came from", async ({ browserOf }) => {
  const [lena, elsewhere] = [await browserOf(), await browserOf()];
  const leavesFor = async (page) => {
    await opensTheme(page);
    await follow(page, "Sign in to comment");
    await expect(heading(page, "Sign in or join")).toBeVisible();
    await follow(page, "Continue with Campus");
  };

  await test.step("turns back at the campus, and is shown another way", async () => {
    await leavesFor(lena);
    await expect(heading(lena, "Sign-in")).toBeVisible();
    await follow(lena, "[ Cancel ]");
    await expect(heading(lena, "Signing in did not work")).toBeVisible();
    await expect(main(lena)).toContainText("you said no there, or turned back");
    await isWellMade(lena, "sign-in-turned-back");
    await follow(lena, "Sign in another way");
    await expect(heading(lena, "Sign in or join")).toBeVisible();
    await isWellMade(lena, "sign-in-with-providers");
  });

  await test.step("answers what joining asks, at the second try", async () => {
    await leavesFor(lena);
    await consents(lena, "l.ortiz");
    await expect(heading(lena, "Join")).toBeVisible();
    await expect(main(lena)).toContainText("Campus has told us that it is you.");
    await expect(main(lena)).toContainText("You join with lena@campus.example");
    await isWellMade(lena, "join-by-provider");
    expect(await statusOf(lena, "Join")).toBe(422);
    await isRefused(lena, field(lena, "Handle"), "Choose a handle");
    await expect(field(lena, "Name")).toHaveValue("Lena Ortíz");
    await isWellMade(lena, "join-by-provider-with-errors");
    await joins(lena, { handle: "lena", sector: "Academia" });
    await expect(heading(lena, THEME)).toBeVisible();
    await expect(done(lena)).toContainText("Welcome.");
    await isWellMade(lena, "joined-where-one-was");
  });

  await test.step("in another browser, the campus is all it takes", async () => {
    await leavesFor(elsewhere);
    await consents(elsewhere, "l.ortiz");
    await expect(heading(elsewhere, THEME)).toBeVisible();
    await expect(done(elsewhere)).toContainText("You are signed in.");
    await isSignedInAs(elsewhere, "lena");
    await elsewhere.goto("/settings/account");
    await expect(ways(elsewhere)).toContainText("A link by e-mail");
    await expect(ways(elsewhere)).toContainText("Campus");
    await expect(sessions(elsewhere)).toHaveCount(2);
    await isWellMade(elsewhere, "settings-account-by-provider");
  });
});

test("a second way in is added while signed in, and either leads to the same account", async ({ browserOf, lyceum }) => {
  const [ben, byClinic, byLetter, ada] = [await browserOf("ben"), await browserOf(), await browserOf(), await browserOf("ada")];
  const addsClinic = async (page) => {
    await page.goto("/settings/account");
    await follow(page, "Add Clinic");
    await consents(page, "b.okonjo");
  };

  await test.step("adds the clinic", async () => {
    await addsClinic(ben);
    await expect(heading(ben, "Address and sign-in")).toBeVisible();
    await expect(ways(ben).getByRole("heading", { name: "Clinic" })).toBeVisible();
    await expect(ben.getByRole("link", { name: "Add Clinic" })).toHaveCount(0);
    await isWellMade(ben, "settings-account-linked");
  });

  await test.step("either way leads to the same account", async () => {
    await comesBy(byClinic, "Clinic", "b.okonjo");
    await expect(done(byClinic)).toContainText("You are signed in.");
    await isSignedInAs(byClinic, "ben");
    await byLetter.goto("/sign-in");
    await asksForLink(byLetter, lyceum, "ben@example.org");
    await press(byLetter, "Sign in");
    await isSignedInAs(byLetter, "ben");
  });

  await test.step("nobody else can add it to theirs", async () => {
    await addsClinic(ada);
    await expect(heading(ada, "This could not be added")).toBeVisible();
    await expect(main(ada)).toContainText("That account belongs to another member here already.");
    await isWellMade(ada, "sign-in-taken");
    await ada.goto("/settings/account");
    await expect(ways(ada).getByRole("heading", { name: "Clinic" })).toHaveCount(0);
  });

  await test.step("ends the other sessions", async () => {
    await ben.goto("/settings/account");
    await expect(sessions(ben)).toHaveCount(3);
    await isWellMade(ben, "settings-account-sessions");
    await press(ben, "Sign out everywhere else");
    await expect(done(ben)).toContainText("Ended. You are signed in here, and nowhere else.");
    await expect(sessions(ben)).toHaveCount(1);
    for (const page of [byClinic, byLetter]) await isSignedOut(page);
  });

  await test.step("removes it, and whom the clinic sends is a stranger again", async () => {
    await ways(ben).getByRole("button", { name: /^Remove Clinic/ }).click();
    await expect(done(ben)).toContainText("Removed. Nobody signs in to your account that way any more.");
    await expect(ben.getByRole("link", { name: "Add Clinic" })).toBeVisible();
    const stranger = await browserOf();
    await comesBy(stranger, "Clinic", "b.okonjo");
    await expect(heading(stranger, "Join")).toBeVisible();
    await isSignedOut(stranger);
  });
});

test("an address that a provider vouches for opens nobody’s account", async ({ browserOf }) => {
  const stranger = await browserOf();
  await comesBy(stranger, "Campus", "a.bright");
  await expect(heading(stranger, "Join")).toBeVisible();
  await joins(stranger, { handle: "anna", sector: "Academia" });
  await expect(stranger.getByRole("alert")).toContainText("An account has this address already; sign in to it by letter instead");
  await isWellMade(stranger, "join-with-taken-address");
  await isSignedOut(stranger);
});

test("an address counts once it is confirmed, and the old one hears of a new one", async ({ browserOf, lyceum }) => {
  const [first, second] = ["nia@example.org", "n.abebe@example.org"];
  const [nia, visitor] = [await browserOf(), await browserOf()];

  await test.step("comes with an address that the clinic has not verified, and is asked for one", async () => {
    await comesBy(nia, "Clinic", "n.abebe");
    await expect(field(nia, "Name")).toHaveValue("Nia Abebe");
    await expect(field(nia, "E-mail")).toHaveValue("");
    await isWellMade(nia, "join-by-provider-without-address");
    await field(nia, "E-mail").fill(first);
    await joins(nia, { handle: "nia", sector: "Community organisation" });
    await nia.goto("/settings/account");
    await expect(main(nia)).toContainText(`We wait for ${first}`);
    await expect(ways(nia)).toContainText("It is your only way in, so it stays.");
    await isWellMade(nia, "settings-account-pending");
  });

  await test.step("confirms it, and the clinic is no longer the only way in", async () => {
    await nia.goto((await lyceum.letter(first, "Confirm your address")).link);
    await expect(heading(nia, "Confirm your new address")).toBeVisible();
    await isWellMade(nia, "settings-address");
    await press(nia, "Confirm this address");
    await expect(done(nia)).toContainText("Confirmed.");
    await nia.goto("/settings/account");
    await expect(main(nia)).toContainText(`Letters go to ${first}`);
    await expect(ways(nia).getByRole("button", { name: /^Remove Clinic/ })).toBeVisible();
  });

  await test.step("changes it; whoever reads the new address confirms it, wherever that is", async () => {
    await field(nia, "New address").fill(second);
    await press(nia, "Send a letter there");
    await expect(done(nia)).toContainText("A letter went to the new address.");
    const { link } = await lyceum.letter(second, "Confirm your address");
    await visitor.goto(link);
    await press(visitor, "Confirm this address");
    await expect(done(visitor)).toContainText("Confirmed.");
    await isSignedOut(visitor);
    await lyceum.letter(first, "has changed");
    await visitor.goto(link);
    await expect(heading(visitor, "This link has done its work")).toBeVisible();
    await isWellMade(visitor, "settings-address-gone");
    await nia.goto("/settings/account");
    await expect(main(nia)).toContainText(`Letters go to ${second}`);
  });
});

test("a visitor writes first and joins afterwards, and the draft is there", async ({ browserOf, lyceum }) => {
  const it = resource("What a night bus could carry");
  const [visitor, grace] = [await browserOf(), await browserOf("grace")];

  await test.step("writes without an account", async () => {
    await visitor.goto("/share");
    await expect(main(visitor)).toContainText("You can begin without an account.");
    await isWellMade(visitor, "share-first");
    await fillsIn(visitor, it);
    await press(visitor, "Send for review");
    await expect(heading(visitor, "Sign in or join")).toBeVisible();
    await expect(done(visitor)).toContainText("What you wrote is kept for a day.");
    await isWellMade(visitor, "sign-in-kept");
    await grace.goto("/desk");
    await expect(grace.getByText(it.title)).toHaveCount(0);
  });

  await test.step("joins, finds it as it was, and sends it", async () => {
    await asksForLink(visitor, lyceum, "zora@example.org");
    await joins(visitor, { name: "Zora Castel", handle: "zora", sector: "Philanthropy" });
    await isDraft(visitor, it);
    await isWellMade(visitor, "draft-kept");
    await press(visitor, "Send for review");
    await expect(story(visitor, it.title)).toContainText("Waiting for review");
    await grace.goto("/desk");
    await expect(grace.getByRole("link", { name: it.title, exact: true })).toBeVisible();
  });
});

test("what a visitor wrote goes with them to the campus and back", async ({ browserOf }) => {
  const [name, about] = ["Shade where people queue", "Where people wait in the sun, and who could do something about it."];
  const visitor = await browserOf();
  await visitor.goto("/topics/suggest");
  await isWellMade(visitor, "suggest-first");
  await field(visitor, "Name").fill(name);
  await field(visitor, "What it is about").fill(about);
  await press(visitor, "Send for review");
  await follow(visitor, "Continue with Campus");
  await consents(visitor, "l.ortiz");
  await joins(visitor, { handle: "lena", sector: "Academia" });
  await expect(heading(visitor, name)).toBeVisible();
  await expect(story(visitor, name)).toContainText("Draft");
  await expect(field(visitor, "What it is about")).toHaveValue(about);
  await isWellMade(visitor, "topic-draft-kept");
});

test("what a visitor wrote follows the letter to another device, unfinished as it is", async ({ browserOf, lyceum }) => {
  const it = { ...resource("Who opens the gym when it floods"), url: "" };
  const [visitor, device] = [await browserOf(), await browserOf()];
  await visitor.goto("/share");
  await field(visitor, "Title").fill(it.title);
  await field(visitor, DESCRIPTION).fill(it.description);
  await press(visitor, "Send for review");
  await asksForLink(visitor, lyceum, "ada@example.org", device);
  await press(device, "Sign in");
  await isDraft(device, it);
});

test("what cannot be kept as it is comes back to be mended, with everything that was typed", async ({ browserOf, lyceum }) => {
  const it = { ...resource("Where the shuttle stops at night"), url: "the list on my desk" };
  const visitor = await browserOf();
  await visitor.goto("/share");
  await fillsIn(visitor, it);
  await press(visitor, "Send for review");
  await asksForLink(visitor, lyceum, "ada@example.org");
  await press(visitor, "Sign in");
  await isRefused(visitor, field(visitor, "Link"), "Give the whole address");
  await expect(field(visitor, "Link")).toHaveValue(it.url);
  await expect(field(visitor, DESCRIPTION)).toHaveValue(it.description);
  await isWellMade(visitor, "share-first-with-errors");
  await field(visitor, "Link").fill("https://shuttle.example/");
  await press(visitor, "Send for review");
  await expect(story(visitor, it.title)).toContainText("Waiting for review");
});

test("a form that is sent after the session ended loses nothing", async ({ browserOf, lyceum }) => {
  const words = "We carry water in the second car.";
  const it = resource("Which rooms stay cool");
  const endsTheOthers = async (handle) => {
    const page = await browserOf(handle);
    await page.goto("/settings/account");
    await press(page, "Sign out everywhere else");
    await expect(done(page)).toContainText("Ended.");
  };

  await test.step("a comment is still there after signing in beside it", async () => {
    const ben = await browserOf("ben");
    await opensTheme(ben);
    await field(ben, "Your comment").fill(words);
    await endsTheOthers("ben");
    expect(await statusOf(ben, "Send comment")).toBe(401);
    await expect(heading(ben, "You were signed out meanwhile")).toBeVisible();
    await expect(main(ben)).toContainText("Nothing is lost: what you typed is on this page.");
    await isWellMade(ben, "signed-out-meanwhile");
    const opened = ben.context().waitForEvent("page");
    await follow(ben, "Sign in (opens beside this page)");
    const beside = await opened;
    await beside.goto(await lyceum.signInLink("ben"));
    await press(beside, "Sign in");
    await expect(done(beside)).toContainText("You are signed in.");
    // The form is still the ended session's: the new one makes it its own, and asks once more.
    if ((await statusOf(ben, "Send it again")) === 403) await press(ben, "Send it again");
    await expect(done(ben)).toContainText("Sent. This page always shows where your comment stands.");
    await expect(main(ben)).toContainText(words);
  });

  await test.step("a resource is kept, and is a draft after signing in", async () => {
    const ada = await browserOf("ada");
    await ada.goto("/share");
    await fillsIn(ada, it);
    await endsTheOthers("ada");
    await press(ada, "Send for review");
    await expect(heading(ada, "Sign in or join")).toBeVisible();
    await expect(done(ada)).toContainText("What you wrote is kept for a day.");
    await asksForLink(ada, lyceum, "ada@example.org");
    await press(ada, "Sign in");
    await isDraft(ada, it);
  });
});

test("a program gets in with a token until it is revoked, and not further than the token says", async ({ browserOf, lyceum }) => {
  const ada = await browserOf("ada");
  let secret;
  const asks = async (query) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${secret}` };
    const answer = await fetch(`${lyceum.address}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
    return answer.json();
  };
  const codeOf = ({ errors }) => errors?.[0].extensions.code;

  await test.step("makes one, at the second try, and is shown it once", async () => {
    await ada.goto("/settings/tokens");
    await expect(main(ada)).toContainText("You have none.");
    await isWellMade(ada, "tokens-none");
    expect(await statusOf(ada, "Make it")).toBe(422);
    await isRefused(ada, field(ada, "Name"), "Give");
    await expect(ada.getByRole("alert")).toContainText("Choose at least one thing that it may do");
    await isWellMade(ada, "tokens-with-errors");
    await field(ada, "Name").fill("Reading list");
    await ada.getByLabel("Read what you can read").check();
    await ada.getByLabel("How long it works").selectOption("30 days");
    expect(await statusOf(ada, "Make it")).toBe(200);
    await expect(ada.getByRole("status", { name: "Your new token" })).toContainText("Reading list");
    secret = await field(ada, "Token").inputValue();
    expect(secret).toMatch(/^lyc_[0-9A-Za-z]{49}$/);
    await isWellMade(ada, "tokens-made");
    await ada.goto("/settings/tokens");
    expect(await ada.content()).not.toContain(secret);
    await expect(main(ada)).toContainText(`ends in …${secret.slice(-4)}`);
    await expect(main(ada)).toContainText("not used yet");
  });

  await test.step("a program reads with it, and does nothing else", async () => {
    expect(await asks("{ viewer { handle } }")).toEqual({ data: { viewer: { handle: "ada" } } });
    const contributes = 'suggestTopic(input: { name: "Benches", description: "Along the way to the clinic." })';
    for (const mutation of [contributes, "endOtherSessions"]) {
      expect(codeOf(await asks(`mutation { ${mutation} { userErrors { code } } }`)), mutation).toBe("FORBIDDEN");
    }
    // Noted beside the request, not before its answer.
    await expect(async () => {
      await ada.goto("/settings/tokens");
      await expect(main(ada)).toContainText("last used", { timeout: 500 });
    }).toPass();
    await isWellMade(ada, "tokens");
  });

  await test.step("revokes it, and the program is refused", async () => {
    await press(ada, "Revoke Reading list");
    await expect(done(ada)).toContainText("Revoked. No program gets in with it any more.");
    await expect(main(ada)).toContainText("You have none.");
    expect(codeOf(await asks("{ viewer { handle } }"))).toBe("UNAUTHENTICATED");
    await isSignedInAs(ada, "ada");
  });
});

// As a control for date and time takes it, and as pages say it.
function inDays(days) {
  const day = new Date(Date.now() + days * 86_400_000);
  const words = day.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return { typed: `${day.toISOString().slice(0, 10)}T12:00`, words };
}

test("a silenced member reads why and until when, and contributes nothing meanwhile", async ({ browserOf, lyceum }) => {
  const [reason, words] = ["Three comments in a row were aimed at one person.", "One more word on this."];
  const until = inDays(5);
  const [ben, ines, visitor] = [await browserOf("ben"), await browserOf("ines"), await browserOf()];

  await test.step("an administrator silences, and has to say until when and why", async () => {
    await ines.goto("/members");
    await follow(ines, "Ben Okonjo");
    await unfold(ines, "Pause contributions");
    await isWellMade(ines, "member-for-administrator");
    expect(await statusOf(ines, "Pause contributions")).toBe(422);
    await isRefused(ines, field(ines, "Until"), "Say until when");
    await field(ines, "Until").fill(until.typed);
    expect(await statusOf(ines, "Pause contributions")).toBe(422);
    await isRefused(ines, field(ines, "Reason"), "reason");
    await expect(field(ines, "Until")).toHaveValue(until.typed);
    await isWellMade(ines, "member-silence-with-errors");
    await field(ines, "Reason").fill(reason);
    expect(await statusOf(ines, "Pause contributions")).toBe(303);
    await expect(done(ines)).toContainText("Contributions are paused.");
    await isWellMade(ines, "member-silenced");
  });

  await test.step("the member is told, by letter and on the pages", async () => {
    const letter = await lyceum.letter("ben@example.org", "You can read, but not contribute for now");
    for (const said of [reason, until.words]) expect(letter.text).toContain(said);
    for (const address of ["/settings", "/members/ben"]) {
      await ben.goto(address);
      for (const said of [reason, until.words]) await expect(main(ben)).toContainText(said);
    }
    await isWellMade(ben, "member-silenced-own");
    await ben.goto("/settings");
    await isWellMade(ben, "settings-silenced");
  });

  await test.step("what they try to contribute is refused, and stays in its form", async () => {
    await opensTheme(ben);
    await field(ben, "Your comment").fill(words);
    await answerTo(ben, "Send comment");
    await expect(ben.getByRole("alert")).toContainText("For now you can read, but not contribute.");
    await expect(field(ben, "Your comment")).toHaveValue(words);
    await isWellMade(ben, "comment-silenced");
    const it = resource("What was said, word for word");
    await ben.goto("/share");
    await fillsIn(ben, it);
    await answerTo(ben, "Send for review");
    await expect(ben.getByRole("alert")).toContainText("For now you can read, but not contribute.");
    await expect(field(ben, DESCRIPTION)).toHaveValue(it.description);
  });

  await test.step("nobody else reads of it", async () => {
    for (const page of [visitor, await browserOf("ada")]) {
      await page.goto("/members/ben");
      await expect(heading(page, "Ben Okonjo")).toBeVisible();
      await expect(main(page)).not.toContainText(reason);
      await expect(main(page)).not.toContainText("Contributions are paused");
    }
  });

  await test.step("it is lifted", async () => {
    await ines.goto("/members/ben");
    await unfold(ines, "Lift the restriction");
    await field(ines, "Reason").fill("They have talked it over.");
    await press(ines, "Lift the restriction");
    await expect(done(ines)).toContainText("Lifted.");
    await lyceum.letter("ben@example.org", "Everything is open to you again");
    await opensTheme(ben);
    await says(ben, pathOf(ben), words);
  });
});

test("a suspended member is told why at the door", async ({ browserOf, lyceum }) => {
  const reason = "The account was used by somebody else.";
  const [ben, ines] = [await browserOf("ben"), await browserOf("ines")];
  await ines.goto("/members/ben");
  await unfold(ines, "Suspend the account");
  await field(ines, "Reason").fill(reason);
  await press(ines, "Suspend the account");
  await expect(done(ines)).toContainText("The account is suspended.");
  await isWellMade(ines, "member-suspended");
  await isSignedOut(ben);
  expect((await lyceum.letter("ben@example.org", "Your account is suspended")).text).toContain(reason);
  await ben.goto(await lyceum.signInLink("ben"));
  await expect(heading(ben, "This account is suspended")).toBeVisible();
  await expect(main(ben)).toContainText(reason);
  await isWellMade(ben, "sign-in-suspended");
});

// The files of a zip, found as every program finds them: by the directory at its end.
function unzipped(bytes) {
  const end = bytes.lastIndexOf("PK\x05\x06", undefined, "latin1");
  const files = {};
  let entry = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, packed, start] = [bytes.readUInt16LE(entry + 10), bytes.readUInt32LE(entry + 20), bytes.readUInt32LE(entry + 42)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(entry + offset));
    const begin = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28);
    const content = bytes.subarray(begin, begin + packed);
    files[bytes.toString("utf8", entry + 46, entry + 46 + name)] = (method === 8 ? inflateRawSync(content) : content).toString();
    entry += 46 + name + extra + comment;
  }
  return files;
}

test("a member takes a copy of their data along, once", async ({ browserOf, lyceum }) => {
  const it = resource("Rides to the clinic");
  const [ada, ben, grace, visitor] = [await browserOf("ada"), await browserOf("ben"), await browserOf("grace"), await browserOf()];
  await brings(ada, grace, it);
  let link;

  await test.step("asks for it, and gets a letter", async () => {
    await ada.goto("/settings");
    await follow(ada, "Your data");
    await isWellMade(ada, "data");
    await press(ada, "Pack my data");
    await expect(done(ada)).toContainText("Asked for. You get a letter with a link as soon as it is packed.");
    await isWellMade(ada, "data-asked-for");
    ({ link } = await lyceum.letter("ada@example.org", "Your data from"));
    await ada.goto("/settings/data");
    await expect(main(ada)).toContainText("Packed on");
    await isWellMade(ada, "data-packed");
  });

  await test.step("nobody else opens it", async () => {
    await visitor.goto(link);
    await expect(heading(visitor, "Sign in or join")).toBeVisible();
    await ben.goto(link);
    await press(ben, "Download");
    await expect(heading(ben, "This link has done its work")).toBeVisible();
    await isWellMade(ben, "data-of-somebody-else");
  });

  await test.step("downloads it", async () => {
    await ada.goto(link);
    await expect(heading(ada, "Your data is ready")).toBeVisible();
    await isWellMade(ada, "data-ready");
    const begun = ada.waitForEvent("download");
    await press(ada, "Download");
    const download = await begun;
    expect(download.suggestedFilename()).toMatch(/\.zip$/);
    const files = unzipped(await readFile(await download.path()));
    expect(JSON.parse(files["profile.json"])).toMatchObject({ handle: "ada", email: "ada@example.org" });
    expect(files["contributions.csv"]).toContain(it.title);
    expect(files["contributions.json"]).toContain(it.description);
    expect(Object.values(files).join(), "nothing of others").not.toMatch(/Lindqvist|grace@|Okonjo|ben@/);
  });

  await test.step("the link has done its work", async () => {
    await ada.goto(link);
    await press(ada, "Download");
    await expect(heading(ada, "This link has done its work")).toBeVisible();
    await isWellMade(ada, "data-gone");
  });
});

// Brings something into the library and says something about the theme, both read by the desk. Answers where they are.
async function contributes(author, moderator, it, words) {
  const brought = await brings(author, moderator, it);
  await opensTheme(author);
  const theme = pathOf(author);
  await says(author, theme, words);
  await approves(moderator, words);
  return { brought, theme };
}

// From the settings on, at the third try.
async function deletesAccount(page, handle, fate) {
  await page.goto("/settings/data");
  await follow(page, "Go on to delete it");
  await isWellMade(page, `leave-${handle}`);
  expect(await statusOf(page, "Delete my account")).toBe(422);
  await expect(page.getByRole("alert")).toContainText("Choose what becomes of what you contributed");
  await page.getByRole("radio", { name: fate, exact: true }).check();
  await field(page, "Your handle, to confirm").fill("grace");
  expect(await statusOf(page, "Delete my account")).toBe(422);
  await isRefused(page, field(page, "Your handle, to confirm"), "This is not your handle");
  await expect(page.getByRole("radio", { name: fate, exact: true })).toBeChecked();
  await isWellMade(page, `leave-${handle}-with-errors`);
  await field(page, "Your handle, to confirm").fill(handle);
  await press(page, "Delete my account");
  await expect(done(page)).toContainText("Your account is deleted");
  await isWellMade(page, `left-${handle}`);
}

async function isUnknown(page, lyceum, handle) {
  await isSignedOut(page);
  expect((await page.goto(`/members/${handle}`)).status()).toBe(404);
  expect((await lyceum.letter(`${handle}@example.org`, "is deleted")).text).toContain("This is the last letter.");
  await page.goto("/sign-in");
  await asksForLink(page, lyceum, `${handle}@example.org`);
  await expect(heading(page, "Join")).toBeVisible();
}

test("a member leaves, and what they brought stays without their name", async ({ browserOf, lyceum }) => {
  const [it, words] = [resource("Lists for the night shift"), "Ours hangs beside the kettle."];
  const [ada, elsewhere, grace, visitor] = [await browserOf("ada"), await browserOf("ada"), await browserOf("grace"), await browserOf()];
  const { brought, theme } = await contributes(ada, grace, it, words);
  await deletesAccount(ada, "ada", "Keep it, without my name");

  for (const [address, text] of [[brought, it.description], [theme, words]]) {
    expect((await visitor.goto(address)).status()).toBe(200);
    await expect(main(visitor)).toContainText(text);
    await expect(main(visitor)).toContainText(/former member/i);
    expect(await visitor.content()).not.toContain("Brightwater");
  }
  await isWellMade(visitor, "topic-of-former-member");
  await visitor.goto(brought);
  await isWellMade(visitor, "resource-of-former-member");
  await isSignedOut(elsewhere);
  await isUnknown(ada, lyceum, "ada");
});

test("a member leaves, and what they brought goes with them", async ({ browserOf, lyceum }) => {
  const [it, words] = [resource("Who checks the ramp"), "I did, every Friday."];
  const [ben, grace, visitor] = [await browserOf("ben"), await browserOf("grace"), await browserOf()];
  const { brought, theme } = await contributes(ben, grace, it, words);
  await deletesAccount(ben, "ben", "Take it down");

  expect((await visitor.goto(brought)).status()).toBe(410);
  await expect(heading(visitor, "This was taken back")).toBeVisible();
  await isWellMade(visitor, "resource-gone-with-member");
  for (const address of [brought, theme, "/library", "/", "/discuss", "/decisions"]) {
    await visitor.goto(address);
    for (const said of [it.title, it.description, words, "Okonjo"]) expect(await visitor.content(), address).not.toContain(said);
  }
  await isUnknown(ben, lyceum, "ben");
});

test("the last administrator stays", async ({ browserOf }) => {
  const ines = await browserOf("ines");
  await ines.goto("/settings/leave");
  await expect(main(ines)).toContainText("You are the only administrator.");
  await expect(ines.getByRole("button", { name: "Delete my account" })).toHaveCount(0);
  await isWellMade(ines, "leave-last-administrator");
  await ines.goto("/members/ines");
  await expect(ines.getByRole("region", { name: "For administrators" })).toHaveCount(0);
});
