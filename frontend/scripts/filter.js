// Searches and narrows the library without loading the page anew. Without it, and whenever something fails, links and forms lead where they say.
let region = document.querySelector("[data-filter]");
const said = region.nextElementSibling;
const place = (url) => url.pathname + url.search;
// What was shown at an address before one went on from it.
const seen = new Map();
let here = place(location);
let request;

// A request for a document makes no markup of text, so no policy needs to allow it.
function ask(url, then) {
  const older = request;
  const own = (request = new XMLHttpRequest());
  older?.abort();
  said.textContent = "";
  const slow = setTimeout(() => {
    region.setAttribute("aria-busy", "true");
    said.textContent = said.dataset.wait;
  }, 300);
  const plainly = () => location.assign(url);
  own.open("GET", url);
  own.responseType = "document";
  own.timeout = 15_000;
  own.onerror = own.ontimeout = plainly;
  own.onload = () => {
    const next = own.status === 200 && own.response?.querySelector("[data-filter]");
    if (next) then({ region: next, title: own.response.title }, own.responseURL);
    else plainly();
  };
  own.onloadend = () => {
    clearTimeout(slow);
    if (own === request) request = undefined;
  };
  own.send();
}

function show(next) {
  for (const fold of region.querySelectorAll("details[id][open]")) {
    next.region.querySelector(`#${fold.id}`)?.setAttribute("open", "");
  }
  region.removeAttribute("aria-busy");
  region.replaceWith(next.region);
  region = next.region;
  document.title = next.title;
  here = place(location);
  // Another language leads back to what is shown now.
  for (const back of document.querySelectorAll("form [name=next]")) back.value = here;
}

// Focus stays on what was pressed, and that where it is on the screen; if it is gone, what was found comes next.
function settle(pressed, top) {
  const found = document.getElementById("found");
  const again = [...region.querySelectorAll("[data-by]")].find((it) => it.dataset.by === pressed.dataset.by);
  const covers = again?.matches("input") && matchMedia("(pointer: coarse)").matches;
  if (!again || covers) {
    found.focus({ preventScroll: true });
    return found.scrollIntoView({ block: pressed.rel ? "start" : "nearest" });
  }
  scrollBy(0, again.getBoundingClientRect().top - top);
  again.focus({ preventScroll: true });
  again.setSelectionRange?.(again.value.length, again.value.length);
  said.textContent = found.textContent;
}

function go(url, pressed) {
  ask(url, (next, address) => {
    const { top } = pressed.getBoundingClientRect();
    seen.set(here, { region, title: document.title, focus: document.activeElement, y: scrollY });
    history[place(new URL(address)) === here ? "replaceState" : "pushState"](null, "", address);
    show(next);
    settle(pressed, top);
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-filter] a[href]");
  const own = link?.origin === location.origin && link.pathname === location.pathname && !link.hash;
  if (!own || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.href, link);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-filter] form");
  if (!form) return;
  event.preventDefault();
  const url = new URL(form.action);
  url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
  go(url.href, form.contains(document.activeElement) ? document.activeElement : form.elements.query);
});

addEventListener("popstate", () => {
  request?.abort();
  if (place(location) === here) return;
  const then = seen.get(place(location));
  seen.set(here, { region, title: document.title, focus: document.activeElement, y: scrollY });
  if (!then) return ask(location.href, show);
  show(then);
  scrollTo(0, then.y);
  then.focus.focus({ preventScroll: true });
  said.textContent = document.getElementById("found").textContent;
});
