// Tells each time by the reader's own clock, and keeps "2 days ago" true while a page stays open. Without it times are in UTC, as of loading.
const language = document.documentElement.lang;
const locale = navigator.languages.find((it) => it.split("-")[0] === language) ?? language;
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const said = new WeakMap();

// Cut into the same steps as the server's words.
function ago(at) {
  const minutes = Math.floor((Date.now() - at) / 60_000);
  if (minutes < 1) return relative.format(0, "second");
  if (minutes < 60) return relative.format(-minutes, "minute");
  if (minutes < 1440) return relative.format(-Math.floor(minutes / 60), "hour");
  return relative.format(-Math.floor(minutes / 1440), "day");
}

function freshen() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    time.title ||= exact.format(at);
    // A date names its year or has parts; what is relative does neither.
    if (time.firstElementChild || /\d{4}/.test(time.textContent)) continue;
    const words = ago(at);
    // The server's words stand until they are no longer true, so that nothing moves when a page opens.
    if (said.has(time) && said.get(time) !== words) time.textContent = words;
    said.set(time, words);
  }
}

freshen();
setInterval(freshen, 60_000);
document.addEventListener("visibilitychange", freshen);
