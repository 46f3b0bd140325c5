// Shows, beneath a field, how its Markdown will look. Without it the field is whole; the page of what was sent shows the same.
const QUERY = "query Preview($markdown: String!) { preview(markdown: $markdown) }";
// The server makes this HTML and cleans it; nothing else goes through here.
const policy = globalThis.trustedTypes?.createPolicy("preview", { createHTML: (html) => html }) ?? { createHTML: (html) => html };

// Nothing for what nobody will ever see like this.
async function ask(markdown, signal) {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const body = JSON.stringify({ query: QUERY, variables: { markdown } });
  const answer = await fetch("/graphql", { method: "POST", headers, body, signal });
  const { data, errors } = await answer.json();
  return errors?.[0].extensions?.code === "BAD_REQUEST" ? undefined : data.preview;
}

function preview(field) {
  const area = field.querySelector("textarea");
  const fold = field.querySelector("details");
  const [nothing, late, refused, shown] = fold.querySelector("div").children;
  let asked = new AbortController();
  let timer;
  let last;

  function show(one) {
    [nothing, late, refused, shown].forEach((it) => (it.hidden = it !== one));
    fold.removeAttribute("aria-busy");
  }

  async function refresh() {
    const markdown = area.value.trim();
    if (!fold.open || markdown === last) return;
    asked.abort();
    const { signal } = (asked = new AbortController());
    last = markdown;
    if (!markdown) return show(nothing);
    fold.setAttribute("aria-busy", "true");
    try {
      const html = await ask(markdown, signal);
      if (html === undefined) return show(refused);
      shown.innerHTML = policy.createHTML(html);
      show(shown);
    } catch {
      if (signal.aborted) return;
      last = undefined;
      show(late);
    }
  }

  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 500);
  });
  fold.addEventListener("toggle", refresh);
  fold.classList.remove("scripted");
}

document.querySelectorAll("[data-preview]").forEach(preview);
