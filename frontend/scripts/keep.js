// Keeps what is typed until it is sent, and offers it again.
const LONGEST = 60_000;
const MOST = 20;
const OLDEST = 14 * 24 * 3_600_000;

// A browser may refuse.
function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

const forget = (key) => attempt(() => localStorage.removeItem(key));
const keys = () => attempt(() => Object.keys(localStorage).filter((key) => key.startsWith("kept:"))) ?? [];
const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key))) ?? { at: 0, typed: {} };
const newest = () => keys().sort((one, other) => read(other).at - read(one).at);

const fields = (form) => [...form.elements].filter((it) => it.id && it.matches("input:not([type=hidden], [type=password], [type=file]), select, textarea"));
const side = (it) => (it.matches("[type=checkbox], [type=radio]") ? "checked" : "value");
const state = (form) => Object.fromEntries(fields(form).map((it) => [it.id, it[side(it)]]));
const changed = (now, before) => Object.entries(now).filter(([id, value]) => value !== before[id]);

const sent = attempt(() => sessionStorage.getItem("sent"));

function keep(form) {
  const place = `kept:${form.dataset.member}:${form.dataset.keep}:`;
  const offer = form.querySelector("[data-kept]").firstElementChild;
  const blank = form.cloneNode(true);
  blank.reset();
  const empty = state(blank);
  // No tab writes over another's text.
  let own = place + Math.random().toString(36).slice(2);
  let before = {};
  let lock;

  function save() {
    const typed = { ...before, ...Object.fromEntries(changed(state(form), empty)) };
    const text = JSON.stringify({ at: Date.now(), typed });
    if (text.length < LONGEST) attempt(() => localStorage.setItem(own, text));
    if (!Object.keys(typed).length) forget(own);
    // Other tabs see that it is open.
    lock ??= navigator.locks?.request(own, () => new Promise(() => {}));
  }

  function putBack(typed) {
    const those = fields(form).filter((it) => it.id in typed);
    for (const it of those) {
      it[side(it)] = typed[it.id];
      it.closest("details")?.setAttribute("open", "");
      it.dispatchEvent(new Event("input", { bubbles: true }));
    }
    (those[0] ?? document.getElementById("main")).focus();
  }

  async function open() {
    // Refused: what was typed stands in it.
    if ("typed" in form.dataset) {
      if (sent?.startsWith(place)) [own, before] = [sent, read(sent).typed];
      return;
    }
    const open = (await navigator.locks?.query())?.held.map(({ name }) => name) ?? [];
    const key = newest().find((key) => key.startsWith(place) && !open.includes(key));
    const { typed } = read(key);
    // Put back by the browser.
    if (!changed(typed, state(form)).length) own = key ?? own;
    else offer.hidden = false;
    const words = fields(form).map((it) => !it.options && typed[it.id]);
    offer.querySelector("bdi").textContent = words.filter((it) => it?.length).join(" · ").slice(0, 80);
    offer.querySelectorAll("button").forEach((button, index) => {
      button.onclick = () => {
        forget(key);
        offer.hidden = true;
        putBack(index ? {} : typed);
      };
    });
  }

  form.addEventListener("input", save);
  form.addEventListener("submit", () => {
    save();
    attempt(() => sessionStorage.setItem("sent", own));
  });
  open();
}

// Sent, with an earlier beginning.
const from = attempt(() => new URL(document.referrer).pathname);
if (/[?&]done=(?!first)/.test(location.search) && sent?.includes(`:${from}:`)) {
  const { typed } = read(sent);
  const place = sent.slice(0, sent.lastIndexOf(":"));
  const went = ([id, value]) => `${typed[id]}`.startsWith(value);
  keys().filter((key) => key.startsWith(place) && Object.entries(read(key).typed).every(went)).forEach(forget);
}
newest().forEach((key, index) => (index < MOST && read(key).at > Date.now() - OLDEST) || forget(key));
document.querySelectorAll("form[data-keep]").forEach(keep);
// Signing out.
document.querySelectorAll("form[action='/sign-out']").forEach((it) => it.addEventListener("submit", () => keys().forEach(forget)));
