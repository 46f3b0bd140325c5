// The real program on a port and in a folder of its own, the letters it writes, and the people who visit it.
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test as base } from "@playwright/test";
import { startProvider } from "./provider.js";

const binary = process.env.LYCEUM_BINARY ?? fileURLToPath(new URL("../../target/debug/lyceum", import.meta.url));

async function freeAddress() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { address, port } = server.address();
  server.close();
  await once(server, "close");
  return `${address}:${port}`;
}

// Tries again until there is an answer: a busy machine needs longer, a quick one should not have to wait.
async function eventually(what, attempt) {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const answer = await attempt();
    if (answer) return answer;
    await pause(50);
  }
  throw new Error(`waited 20 seconds in vain for ${what}`);
}

// A database of its own on the engine that a project is about: none is named for SQLite, which makes its own file.
async function database(engine, template) {
  if (engine !== "postgres" || !process.env.TEST_POSTGRES) return undefined;
  const name = `journey_${process.pid}_${randomUUID().replaceAll("-", "")}`;
  const { hostname, port, username } = new URL(process.env.TEST_POSTGRES);
  const createdb = process.env.TEST_CREATEDB ?? "createdb";
  const like = template ? ["--template", template] : [];
  await promisify(execFile)(createdb, ["--host", hostname, "--port", port, "--username", username, "--no-password", ...like, name]);
  return name;
}

// A folder and a database for the program, with what is in those of `like`, where no program may be running.
async function settle(engine, like) {
  const data = await mkdtemp(join(tmpdir(), "lyceum-"));
  if (like) await cp(like.data, data, { recursive: true });
  const name = await database(engine, like?.name);
  // Settings of whoever runs this are left out: the program is to be as it comes.
  const inherited = Object.entries(process.env).filter(([setting]) => !setting.startsWith("LYCEUM_"));
  const own = { LYCEUM_DATA: data, LYCEUM_RATE_LIMITS: "off" }; // A journey brings more in a minute than a newcomer may in a day.
  const environment = { ...Object.fromEntries(inherited), ...own, ...(name && { LYCEUM_DATABASE_URL: `${process.env.TEST_POSTGRES}/${name}` }) };

  // A command of the program other than to serve. Answers what it prints.
  const run = async (...command) => (await promisify(execFile)(binary, command, { env: environment, cwd: data })).stdout;
  const addMember = (handle, { name, role = "member" }) => run("member", "add", handle, "--email", `${handle}@example.org`, "--name", name, "--role", role);
  return { data, name, environment, run, addMember };
}

// `listen` is for who must know the address before the program is there; `settings` is what its settings file says; `like` as above.
export async function start({ engine, listen, settings = "", flags = [], like }) {
  const { data, environment, run, addMember } = await settle(engine, like);
  environment.LYCEUM_LISTEN = listen ?? (await freeAddress());
  const address = `http://${environment.LYCEUM_LISTEN}`;
  const file = join(data, "settings.toml");
  await writeFile(file, settings);
  const program = spawn(binary, ["--config", file, "serve", ...flags], { env: environment, stdio: ["ignore", "ignore", "pipe"] });
  const end = new Promise((ended) => program.once("close", ended));
  let said = "";
  program.on("error", (error) => (said += error.message));
  program.stderr.setEncoding("utf8").on("data", (words) => (said += words));

  async function stop() {
    program.kill();
    await end;
    await rm(data, { recursive: true });
  }

  // File names begin with a time-ordered id.
  async function lettersTo(to, words) {
    const found = [];
    for (const name of (await readdir(join(data, "mail")).catch(() => [])).sort().reverse()) {
      const text = await readFile(join(data, "mail", name), "utf8");
      const [head, body] = text.split(/\n\n(.*)/s);
      const header = (field) => head.match(new RegExp(`^${field}: (.*)$`, "m"))?.[1] ?? "";
      // A file may be seen before it is written to its end; a whole one has a body.
      if (body && header("To").includes(to) && header("Subject").includes(words)) {
        found.push({ text: body, link: body.match(/^http\S+$/m)?.[0] });
      }
    }
    return found;
  }

  const healthy = () => fetch(`${address}/healthz`).then((response) => response.ok, () => false);
  await eventually("the program to answer", () => {
    if (program.exitCode !== null) throw new Error(`${binary} ended with ${program.exitCode}: ${said}`);
    return healthy();
  }).catch(async (failure) => {
    await stop();
    throw failure;
  });

  return {
    address,
    stop,

    // What the program printed for the first administrator.
    firstLink: () => eventually("the printed link", () => said.match(/\S+\/sign-in\/\S+/)?.[0]),

    data,
    run,
    addMember,

    signInLink: async (handle) => (await run("member", "sign-in-link", handle)).trim(),

    // The newest letter to an address whose subject contains these words.
    letter: (to, words) => eventually(`a letter to ${to} about “${words}”`, async () => (await lettersTo(to, words))[0]),

    // All of them that are there now, newest first.
    letters: lettersTo,
  };
}

const visits = {
  // A project says which; without a PostgreSQL to be had it is SQLite.
  engine: ["sqlite", { option: true, scope: "worker" }],

  baseURL: ({ lyceum }, use) => use(lyceum.address),

  // Somebody's browser: a visitor's, or that of the member with this handle.
  browserOf: async ({ browser, lyceum }, use) => {
    const contexts = [];
    await use(async (handle, options) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      const page = await context.newPage();
      if (handle) {
        await page.goto(await lyceum.signInLink(handle));
        await page.getByRole("button", { name: "Sign in" }).click();
      }
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
};

// Ways in that lead nowhere: here they are only shown.
export const PROVIDERS = ["Campus", "Clinic"]
  .map((name) => `[[provider]]\nid = "${name.toLowerCase()}"\nname = "${name}"\nissuer = "http://localhost:9"\nclient_id = "x"\nclient_secret = "x"\n`)
  .join("");

export const test = base.extend({
  // The demonstration community, one for all journeys of a viewport.
  lyceum: [
    async ({ engine }, use) => {
      const lyceum = await start({ engine, settings: PROVIDERS, flags: ["--demo"] });
      await use(lyceum);
      await lyceum.stop();
    },
    { scope: "worker" },
  ],
  ...visits,
});

// A provider that knows these people, and what the settings file says of it.
async function introduce(listen, [id, { name, ...provider }]) {
  const client = { clientId: "lyceum", clientSecret: `what ${id} and Lyceum share` };
  const redirectUris = [`http://${listen}/sign-in/${id}/callback`];
  const { issuer, stop } = await startProvider({ ...client, redirectUris, ...provider });
  const said = { id, name, issuer, client_id: client.clientId, client_secret: client.clientSecret };
  const lines = Object.entries(said).map(([setting, value]) => `${setting} = ${JSON.stringify(value)}`);
  return { settings: ["[[provider]]", ...lines, ""].join("\n"), stop };
}

// In a community of its own: nothing is there yet but its people, so that a journey may count.
export const testAmong = (people, providers = {}) =>
  base.extend({
    // What each begins with: made once, and copied.
    beginning: [
      async ({ engine }, use) => {
        const place = await settle(engine);
        await place.run("migrate", "up");
        for (const [handle, person] of Object.entries(people)) await place.addMember(handle, person);
        await use(place);
        await rm(place.data, { recursive: true });
      },
      { scope: "worker" },
    ],
    lyceum: async ({ beginning, engine }, use) => {
      const listen = await freeAddress();
      const introduced = await Promise.all(Object.entries(providers).map((provider) => introduce(listen, provider)));
      const lyceum = await start({ engine, listen, settings: introduced.map(({ settings }) => settings).join("\n"), like: beginning });
      await use(lyceum);
      await lyceum.stop();
      await Promise.all(introduced.map(({ stop }) => stop()));
    },
    ...visits,
  });

export { expect } from "@playwright/test";
