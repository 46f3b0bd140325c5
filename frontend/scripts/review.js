// Keys for the desk: whatever has `data-key` can be reached by it. Without it everything is a link or a control.
const place = document.querySelector("[data-keys]");
const dialog = document.getElementById("keys");
const single = document.getElementById("keys-single");
const send = document.getElementById("send");
const isQueue = place.dataset.keys === "queue";

function kept() {
  try {
    return localStorage.getItem("keys") !== "off";
  } catch {
    return true;
  }
}

function tell() {
  for (const it of document.querySelectorAll("[data-key]")) {
    if (single.checked) it.setAttribute("aria-keyshortcuts", it.dataset.key);
    else it.removeAttribute("aria-keyshortcuts");
  }
}

function focus(it) {
  const fold = it.closest("details");
  if (fold) fold.open = true;
  it.focus();
}

// Along the queue, from link to link; from nowhere, to the first.
function step(by) {
  const rows = [...place.children];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  rows[Math.min(Math.max(at + by, 0), rows.length - 1)].querySelector("h2 a").focus();
}

function act(key) {
  if (isQueue && key === "j") return step(1);
  if (isQueue && key === "k") return step(-1);
  if (isQueue && key === "x") return document.activeElement.closest(".queue > li")?.querySelector("[type=checkbox]")?.click();
  const it = withKey(key);
  if (it.matches("a, button, [type=radio]")) it.click();
  if (!it.matches("a, button")) focus(document.getElementById(it.dataset.then) ?? it);
}

const withKey = (key) => document.querySelector(`[data-key~="${key}"]`);
const isTyping = (it) => it.matches("input:not([type=checkbox], [type=radio]), select, textarea");

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.defaultPrevented || event.isComposing) return;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (key === "Enter" && target.form && target.form === send?.form && !event.repeat) {
    // A reason that is chosen can be sent from where it was chosen; a text, only on purpose.
    const chosen = plain && target.matches("select") && target.value;
    if (chosen || ((event.ctrlKey || event.metaKey) && target.matches("textarea"))) {
      event.preventDefault();
      target.form.requestSubmit(send);
    }
  }
  if (key === "Escape" && !dialog.open && isTyping(target)) target.blur();
  const low = key.toLowerCase();
  if (!plain || !single.checked || isTyping(target) || !/^[a-z?]$/.test(low) || !withKey(low)) return;
  event.preventDefault();
  if (dialog.open) return low === "?" && dialog.close();
  if (!event.repeat || (isQueue && low !== "x")) act(low);
});

// A key that is held, or pressed twice, decides once.
let sent = false;
send?.form.addEventListener("submit", (event) => {
  if (sent) event.preventDefault();
  sent = true;
  setTimeout(() => (sent = false), 5000);
});

single.checked = kept();
single.addEventListener("change", () => {
  tell();
  try {
    localStorage.setItem("keys", single.checked ? "on" : "off");
  } catch {
    // A browser that keeps nothing has them on again on the next page.
  }
});
tell();
send?.setAttribute("aria-keyshortcuts", "Control+Enter");

const opener = document.querySelector("[data-key='?']");
opener.addEventListener("click", () => dialog.showModal());
dialog.querySelector("button").addEventListener("click", () => dialog.close());
opener.classList.remove("scripted");
// After a decision the next one is there: whoever goes on with Tab, or listens, begins with its title.
if (/[?&]done=Decide/.test(location.search)) document.querySelector("h1[tabindex]")?.focus();
