// Says on the queue's page that the queue has changed since it was opened. Without it the page is whole: one loads it again.
const place = document.querySelector("[data-follow=queue]");
const QUERY = "subscription Queue { moderationQueueChanged { sequence } }";
let last;
let wait = 2000;
let stop = new AbortController();

// One event of the stream: its fields, by name.
function fields(block) {
  return Object.fromEntries(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
}

// Reads one stream to its end. Answers whether it is worth coming back.
async function read() {
  const headers = { "content-type": "application/json", accept: "text/event-stream", ...(last && { "last-event-id": last }) };
  const answer = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query: QUERY }), signal: stop.signal });
  // Away for so long that the library does not go back there: it is followed from now on.
  if (answer.status === 400 && last) {
    last = undefined;
    place.firstElementChild.hidden = false;
    return true;
  }
  if (!answer.ok) return answer.status >= 500;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let held = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return true;
    const blocks = (held + value).split("\n\n");
    held = blocks.pop();
    for (const { id, event, data, retry } of blocks.map(fields)) {
      wait = Number(retry) || wait;
      last = id || last;
      if (event !== "next") continue;
      const code = JSON.parse(data).errors?.[0].extensions.code;
      if (code && code !== "UNAVAILABLE") return false;
      if (!code) place.firstElementChild.hidden = false;
    }
  }
}

// A browser keeps six connections to a site: a page that nobody looks at holds none of them.
async function follow() {
  while (document.visibilityState === "visible") {
    if (!(await read().catch(() => true))) return;
    await new Promise((wake) => setTimeout(wake, wait));
  }
  document.addEventListener("visibilitychange", follow, { once: true });
}

document.addEventListener("visibilitychange", () => {
  stop.abort();
  stop = new AbortController();
});
if (place) follow();
