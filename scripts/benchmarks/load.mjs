// Measures the libraries that scripts/bench load has made, and prints Markdown. Usage: node load.mjs LYCEUM ROUNDS SECONDS ENGINE|URL|DATA...
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

const [lyceum, rounds, seconds, ...libraries] = process.argv.slice(2);
const lua = new URL("load.lua", import.meta.url).pathname;
// How often the bare SQL is run, after three times that do not count.
const TIMES = 20;
const COMMENTS = 50;

const children = new Set();
const begin = (program, given, options) => {
  const child = spawn(program, given, options);
  children.add(child.on("exit", () => children.delete(child)));
  return child;
};
process.on("exit", () => children.forEach((child) => child.kill()));
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(1));

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const all = async (list, act) => { for (const one of list) await act(one); };

// ---- Servers and people

const freePort = () => new Promise((done) => {
  const socket = createServer().listen(0, "127.0.0.1", () => {
    const { port } = socket.address();
    socket.close(() => done(port));
  });
});

/** Kilobytes, as the kernel counts them. */
function memory(server, what) {
  const lines = readFileSync(`/proc/${server.child.pid}/status`, "utf8").split("\n");
  return parseInt(lines.find((line) => line.startsWith(what)).slice(what.length + 1));
}

async function serve(library) {
  const [engine, url, data] = library.split("|");
  const origin = `http://127.0.0.1:${await freePort()}`;
  const env = { ...process.env, LYCEUM_DATABASE_URL: url, LYCEUM_DATA: data };
  const log = openSync(`${data}/log`, "a");
  const child = begin(lyceum, ["serve", "--listen", origin.slice(7)], { env, stdio: ["ignore", log, log] });
  const server = { engine: engine === "sqlite" ? "SQLite" : "PostgreSQL", url, data, origin, env, child };
  const isReady = () => fetch(`${origin}/readyz`).then((answer) => answer.ok, () => false);
  for (let tries = 0; !(await isReady()); tries++) {
    if (child.exitCode !== null || tries > 600) throw Error(`the server does not start:\n${readFileSync(`${data}/log`)}`);
    await pause(100);
  }
  server.atStart = memory(server, "VmRSS");
  return server;
}

/** The cookie of somebody who signs in by an operator's link. */
async function signIn(server, handle) {
  const link = execFileSync(lyceum, ["member", "sign-in-link", handle], { env: server.env, encoding: "utf8" }).trim();
  const press = await fetch(`${server.origin}/sign-in/${link.split("/sign-in/")[1]}`, {
    method: "POST", redirect: "manual", headers: { origin: server.origin }, body: new URLSearchParams({ x: "y" }),
  });
  const cookie = press.headers.getSetCookie().find((cookie) => cookie.startsWith("sid="));
  if (!cookie) throw Error(`${handle} could not sign in: ${press.status}`);
  return cookie.split(";")[0];
}

async function ask(server, cookie, query, variables) {
  const headers = { "content-type": "application/json", origin: server.origin, ...(cookie && { cookie }) };
  const answer = await fetch(`${server.origin}/graphql`, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) throw Error(`${query}: ${JSON.stringify(errors)}`);
  return data;
}

const WRITE = `mutation($on: ID!, $body: String!) {
  writeComment(input: { on: $on, body: $body }) { submission { id version revision } userErrors { code } } }`;
const APPROVE = `mutation($id: ID!, $version: Int!, $revision: Int!) {
  decide(input: { submissionId: $id, version: $version, revision: $revision, decision: APPROVE }) { userErrors { code } } }`;
const WAITING = "{ moderationQueue(first: 1) { totalCount } }";
const waiting = async (server) => (await ask(server, server.grace, WAITING)).moderationQueue.totalCount;

/** A member, a moderator, and fifty published comments on the newest record. */
async function people(server) {
  execFileSync(lyceum, ["member", "add", "ada", "--email", "ada@example.org", "--role", "member"], { env: server.env, stdio: "ignore" });
  [server.ada, server.grace] = [await signIn(server, "ada"), await signIn(server, "grace")];
  const { library } = await ask(server, null, "{ library(first: 1) { totalCount nodes { id slug } } }");
  server.records = library.totalCount;
  server.about = library.nodes[0];
  for (let number = 1; number <= COMMENTS; number++) {
    const words = `We tried this with **two groups** last spring, and it held up: see [the notes](https://example.org/${number}).`;
    const body = `Comment ${number} of ${COMMENTS}. ${words}`;
    const { writeComment } = await ask(server, server.ada, WRITE, { on: server.about.id, body });
    const { decide } = await ask(server, server.grace, APPROVE, writeComment.submission);
    if (decide.userErrors.length) throw Error(JSON.stringify(decide));
  }
}

// ---- What is measured

const LIBRARY = "{ library(first: 20) { totalCount nodes { id title path kind publishedAt submitter { name path } topics { name path } } } }";

/** The bare SQL for what a page of the library shows: rows, their count, and how many there are of what. */
function librarySql(found, rank) {
  const where = found ? `WHERE ${found}` : "";
  const narrowed = found ? `AND resource_number IN (SELECT number FROM resource ${where})` : "";
  const [columns, key] = rank ? [`*, ${rank} AS fits`, "fits"] : ["*", "published_at"];
  return [
    `SELECT ${columns} FROM resource ${where} ORDER BY ${key} DESC, number DESC LIMIT 21`,
    `SELECT COUNT(*) FROM resource ${where}`,
    `SELECT 'KIND' AS scheme, kind AS value, COUNT(*) FROM resource ${where} GROUP BY kind UNION ALL
     SELECT scheme, value, COUNT(*) FROM resource_label
     WHERE scheme IN ('TOPIC', 'FOCUS_AREA', 'STRATEGY') ${narrowed} GROUP BY scheme, value`,
  ];
}

/** The same for a search: none when the shell of SQLite is too old to read the index. */
function searchSql(server) {
  const sum = (points, has) => points.map(([term, worth]) => `CASE WHEN ${has(term)} THEN ${worth} ELSE 0 END`).join(" + ");
  if (server.engine === "PostgreSQL") {
    const has = (term) => `words @@ CAST('${term}' AS tsquery)`;
    const points = [["mental:A", 40], ["health:*A", 40], ["health:A", 10], ["mental:B", 1], ["health:*B", 1], ["mental:A <-> health:*A", 15]];
    const rank = `(SELECT ${sum(points, has)} FROM resource_search WHERE resource_search.number = resource.number)`;
    return librarySql(`number IN (SELECT number FROM resource_search WHERE ${has("mental & health:*")})`, rank);
  }
  if (spawnSync("sqlite3", [":memory:", "CREATE VIRTUAL TABLE t USING fts5 (a, content='', contentless_delete=1)"]).status !== 0) return [];
  const has = (term) => `number IN (SELECT rowid FROM resource_search WHERE resource_search MATCH '${term}')`;
  const title = [['title : "mental"', 40], ['title : "health" *', 40], ['title : "health"', 10], ['title : "mental health" *', 15]];
  return librarySql(has('"mental" AND "health" *'), sum([...title, ['labels : "mental"', 1], ['labels : "health" *', 1]], has));
}

function cases(server) {
  const { slug, id } = server.about;
  const post = (query, variables) => JSON.stringify({ query, variables });
  const said = `target_id = (SELECT id FROM resource WHERE slug = '${slug}') AND NOT orphaned`;
  const isSqlite = server.engine === "SQLite";
  const secret = isSqlite ? "randomblob(16), randomblob(32)" : "gen_random_uuid(), sha256(CAST(CAST(random() AS text) AS bytea))";
  return [
    { name: "fixed JSON", path: "/graphql", body: post("{ __typename }"), holds: '"__typename"', sql: [] },
    { name: "library page", path: "/library", holds: 'class="thing"', sql: librarySql() },
    {
      name: "library query", path: "/graphql", body: post(LIBRARY), holds: `"totalCount":${server.records}`,
      sql: [...librarySql().slice(0, 2), "SELECT * FROM member WHERE handle = 'library'", "SELECT * FROM topic"],
    },
    {
      name: `resource with ${COMMENTS} comments`, path: `/resources/${slug}`, holds: `Comment ${COMMENTS} of ${COMMENTS}`,
      sql: [
        `SELECT * FROM resource WHERE slug = '${slug}'`,
        `SELECT * FROM comment WHERE ${said} ORDER BY thread_key LIMIT 51`,
        `SELECT COUNT(*) FROM comment WHERE ${said}`,
      ],
    },
    { name: "search, two words", path: "/library?query=mental+health", holds: 'class="thing"', sql: searchSql(server) },
    {
      name: "one comment written", path: "/graphql", cookie: server.ada, holds: '"userErrors":[]', writes: true,
      body: post(WRITE, { on: id, body: "UNIQUE: I would add that the **second step** took us longest. Plan a week for it, and ask the clinic first." }),
      // Any row: what it takes to commit.
      sql: [`INSERT INTO kept_form (id, token_hash, path, form, created_at) VALUES (${secret}, '/', '', CURRENT_TIMESTAMP)`],
    },
  ];
}

/** Asks once, to see that it is answered, and twenty times more, to warm up. */
async function check(server, { name, path, body, cookie, holds }) {
  for (let time = 0; time <= 20; time++) {
    const headers = { ...(body && { "content-type": "application/json", origin: server.origin }), ...(cookie && { cookie }) };
    const sent = body?.replace("UNIQUE", `Warming up ${time}`);
    const answer = await fetch(server.origin + path, { method: body ? "POST" : "GET", headers, body: sent });
    const text = await answer.text();
    if (answer.status !== 200 || !text.includes(holds)) throw Error(`${server.engine}, ${name}: ${answer.status} ${text.slice(0, 500)}`);
  }
}

/** Lets wrk ask for so many seconds. */
async function wrk(server, { path, cookie, file }, [threads, connections, duration]) {
  const how = [`-t${threads}`, `-c${connections}`, `-d${duration}s`, "--timeout", "10s", "-s", lua];
  const what = [server.origin + path, "--", cookie ?? "", ...(file ? [file] : [])];
  const child = begin("wrk", [...how, ...what], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (part) => (text += part));
  await new Promise((done) => child.on("close", done));
  const result = text.match(/^RESULT (.*)$/m);
  if (!result) throw Error(`wrk said nothing of ${path}:\n${text}`);
  return JSON.parse(result[1]);
}

/** Milliseconds that statements take in the engine's own shell; none where there is no such statement. */
async function bare(server, statements) {
  if (!statements.length) return null;
  if (server.engine === "PostgreSQL") {
    const one = (sql) => {
      const input = `\\timing on\n${`${sql.replace(/\s+/g, " ")};\n`.repeat(TIMES + 3)}`;
      const said = spawnSync("psql", [server.url, "-Xq", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null"], { input, encoding: "utf8" });
      const times = [...said.stdout.matchAll(/^Time: ([\d.]+)/gm)].map(([, time]) => Number(time)).slice(3);
      if (times.length !== TIMES) throw Error(`${sql}: ${said.stderr}`);
      return times.reduce((sum, time) => sum + time) / TIMES;
    };
    return statements.reduce((sum, sql) => sum + one(sql), 0);
  }
  const shell = begin("sqlite3", ["-bail", `${server.data}/lyceum.db`], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  // It says why, and the lines end.
  shell.stdin.on("error", () => {});
  const run = async (sql, times) => {
    const at = performance.now();
    shell.stdin.write(`.output /dev/null\n${`${sql.replace(/\s+/g, " ")};\n`.repeat(times)}.output\n.print done\n`);
    for (let line = await lines.next(); line.value !== "done"; line = await lines.next()) if (line.done) throw Error(`sqlite3 refuses ${sql}`);
    return (performance.now() - at) / times;
  };
  shell.stdin.write(".timeout 5000\n");
  let sum = 0;
  await all(statements, async (sql) => { await run(sql, 3); sum += await run(sql, TIMES); });
  shell.stdin.end();
  return sum;
}

// ---- The worst documents

function worst(server) {
  const many = (count, make) => Array.from({ length: count }, (_, index) => make(index)).join(" ");
  const twice = (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`;
  const doubling = (count) => `{ ...F0 } ${many(count, twice)} fragment F${count} on Query { __typename }`;
  const resources = (inside) => `resources(first: 100) { nodes { ${inside} } }`;
  const name = "{ community { name } }";
  const types = "fields { type { ofType { ";
  return [
    ["2,000 brackets", { query: "{a".repeat(2_000) + "}".repeat(2_000) }],
    ["2,000 brackets in an argument", { query: `{ a(b: ${"[".repeat(2_000)}` }],
    ["2,000 brackets in an open string", { query: `{ node(id: "${"[".repeat(2_000)}` }],
    ["2,000 brackets in an open block", { query: `{ node(id: """${"[".repeat(2_000)}` }],
    ["2,000 objects", { query: `{ a(b: ${"{ a: ".repeat(2_000)}1${" }".repeat(2_000)}) }` }],
    ["lists 2,000 deep as a type", { query: `query Q($a: ${"[".repeat(2_000)}Int${"]".repeat(2_000)}) ${name}` }],
    ["24 doubling fragments", { query: doubling(24) }],
    ["200 doubling fragments", { query: doubling(200) }],
    ["fragments in a circle", { query: `{ ...F0 } ${many(30, (index) => `fragment F${index} on Query { ...F${(index + 1) % 30} }`)}` }],
    ["16 aliases", { query: `{ ${many(16, (index) => `a${index}: __typename`)} }` }],
    ["20,000 `__typename`", { query: `{ ${many(20_000, () => "__typename")} }` }],
    ["16,000 commas", { query: ",".repeat(16_000) }],
    ["a name of 16,000 letters", { query: `{ ${"a".repeat(16_000)} }` }],
    ["1,000 directives", { query: `{ __typename ${"@aa ".repeat(1_000)}}` }],
    ["lists of lists", { query: `{ topics(first: 100) { nodes { ${resources(`topics { ${resources("id")} }`)} } } }` }],
    ["the schema in circles", { query: `{ __schema { types { ${types.repeat(5)} name ${"} } } ".repeat(5)} } } }` }],
    ["10,000 `>` as a comment", { query: WRITE, variables: { on: server.about.id, body: ">".repeat(10_000) } }],
    ["500 wrong fields", { query: `{ ${many(500, (index) => `x${index}`)} }` }],
  ];
}

/** What the server says to one document, and the fastest of five times, in milliseconds. */
async function said(server, [name, document]) {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(document) };
  let [word, fastest] = ["hung up on", Infinity];
  for (let time = 0; time < 5; time++) {
    const at = performance.now();
    // What is too large to be read may be hung up on.
    const answer = await fetch(`${server.origin}/graphql`, request).then(async (answer) => [answer.status, await answer.text()], () => null);
    fastest = Math.min(fastest, performance.now() - at);
    if (answer) word = `${answer[0]} ${answer[1].match(/"code":"(\w+)"/)?.[1] ?? "WITHOUT AN ERROR"}`;
  }
  return `${name}: ${word}, ${fastest.toFixed(1)} ms`;
}

// ---- The run

const servers = [];
await all(libraries, async (library) => servers.push(await serve(library)));
await all(servers, async (server) => {
  await people(server);
  server.cases = cases(server);
  await all(server.cases, (one) => check(server, one));
  server.waiting = await waiting(server);
  server.cases.forEach((one, index) => {
    one.results = [];
    if (one.body) writeFileSync((one.file = `${server.data}/case-${index}.jsonl`), `${one.body}\n`);
  });
  server.attack = { path: "/graphql", file: `${server.data}/worst.jsonl` };
  writeFileSync(server.attack.file, worst(server).map(([, document]) => `${JSON.stringify(document)}\n`).join(""));
  server.member = { path: "/library", cookie: server.ada };
  Object.assign(server, { quiet: [], attacked: [], attacks: [] });
});
const refusals = [];
await all(worst(servers[0]), async (document) => refusals.push(await said(servers[0], document)));

// Interleaved, so that whatever else the machine does falls on all alike.
for (let round = 1; round <= rounds; round++) {
  console.error(`Round ${round} of ${rounds}`);
  for (let index = 0; index < servers[0].cases.length; index++) {
    await all(servers, async (server) => server.cases[index].results.push(await wrk(server, server.cases[index], [2, 16, seconds])));
  }
  await all(servers, async (server) => {
    server.quiet.push(await wrk(server, server.member, [1, 2, seconds]));
    const attack = wrk(server, server.attack, [1, 4, Number(seconds) + 3]);
    await pause(1_500);
    server.attacked.push(await wrk(server, server.member, [1, 2, seconds]));
    server.attacks.push(await attack);
  });
}
// Last, since it is the engine's shell that is measured here.
console.error("The bare SQL");
await all(servers, (server) => all(server.cases, async (one) => (one.bare = await bare(server, one.sql))));

// ---- The note

const of = (results, read) => median(results.map(read));
const ms = (number) => (number === null ? "–" : number < 10 ? number.toFixed(2) : number.toFixed(1));
const whole = (number) => Math.round(number).toLocaleString("en");
const megabytes = (kilobytes) => (kilobytes / 1024).toFixed(0);
const line = (row) => `| ${row.join(" | ")} |\n`;
const table = (head, rows) => [head, head.map((_, column) => (column < 2 ? "---" : "--:")), ...rows].map(line).join("");
const version = (program, ...given) => (spawnSync(program, given, { encoding: "utf8" }).stdout?.match(/\d+(\.\d+)+/) ?? ["?"])[0];
const name = (server) => `${server.engine}, ${whole(server.records)}`;

const loads = servers[0].cases.flatMap((_, index) => servers.map((server) => {
  const one = server.cases[index];
  const rate = of(one.results, (result) => result.requests / result.seconds);
  return [one.name, name(server), whole(rate), ms(of(one.results, (result) => result.median)), ms(of(one.results, (result) => result.most)), ms(one.bare)];
}));
const memories = servers.map((server) => ["server", name(server), megabytes(server.atStart), megabytes(memory(server, "VmHWM"))]);
const attacks = servers.map((server) => {
  const [quiet, attacked] = [of(server.quiet, (result) => result.most), of(server.attacked, (result) => result.most)];
  server.ratio = attacked / quiet;
  const documents = of(server.attacks, (result) => result.requests / result.seconds);
  return ["library page of a member", name(server), ms(quiet), ms(attacked), server.ratio.toFixed(1), whole(documents)];
});

const problems = refusals.filter((words) => words.includes("WITHOUT") || parseFloat(words.match(/([\d.]+) ms$/)[1]) > 50);
for (const server of servers) {
  const measured = [...server.cases.map((one) => [one.name, one.results]), ["a member alone", server.quiet], ["a member attacked", server.attacked]];
  for (const [what, results] of measured) {
    const [refused, broken] = ["refused", "broken"].map((key) => results.reduce((sum, result) => sum + result[key], 0));
    if (refused || broken) problems.push(`${name(server)}, ${what}: ${refused} answers were errors, ${broken} connections broke.`);
  }
  // Some were under way when wrk stopped listening; nothing that it heard of may be missing.
  const heard = server.cases.find((one) => one.writes).results.reduce((sum, result) => sum + result.requests, 0);
  const there = (await waiting(server)) - server.waiting;
  if (there < heard || there > heard + 16 * rounds) problems.push(`${name(server)}: ${heard} comments were acknowledged, ${there} are on the desk.`);
  if (!(server.ratio < 10)) problems.push(`${name(server)}: under attack a member's 99th percentile is ${server.ratio.toFixed(1)} times the quiet one.`);
}

const medians = `Medians of ${rounds} interleaved rounds of ${seconds} s, wrk ${version("wrk", "-v")} with 16 connections and 2 threads`;
const shells = `SQLite's shell ${version("sqlite3", "--version")}, psql ${version("psql", "--version")}`;
console.log(`${medians}, over loopback, without limits and TLS; server, load and database share ${availableParallelism()} cores. Times in ms.

${table(["what", "library", "requests a second", "median", "99 % below", "bare SQL"], loads)}
Bare SQL: the same rows and counts in the engine's own shell (${shells}), one after the other, mean of ${TIMES} times on warm pages.
For a comment it is one row inserted and committed. "–": no SQL, or a shell of SQLite before 3.43, which cannot read the index.
Records beyond those of the file are copies made in SQL, each with another first word in its title. They are listed, counted, found and
filtered as any other, and have no revision, decision or log entry.

${table(["memory, MB", "library", "at start", "peak"], memories)}
Of the server alone; PostgreSQL's processes are not counted. The peak is that of the whole run, attacks included.

${table(["99 % below", "library", "quiet", "under attack", "ratio", "documents a second"], attacks)}
The member has 2 connections; the attacker 4, sending in turn (what each got and the fastest of five, alone, on ${name(servers[0])}):
${refusals.join("; ")}.`);
if (problems.length) console.log(`\nNot as it should be:\n\n${problems.map((problem) => `- ${problem}`).join("\n")}`);

const ended = ({ child }) => children.has(child) && new Promise((done) => child.on("exit", done).kill());
await Promise.all(servers.map(ended));
process.exit(problems.length ? 1 : 0);
