// Copies what a button names, and says so. Where nothing can be copied the button stays hidden.
function copier(button) {
  const said = document.createElement("span");
  said.className = "meta";
  said.setAttribute("aria-live", "polite");
  button.after(" ", said);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const it = document.getElementById(button.dataset.copy);
    said.textContent = "";
    try {
      await navigator.clipboard.writeText((it.value ?? it.innerText).trim());
      said.textContent = button.dataset.copied;
    } catch {
      // A browser that forbids it still lets people copy what is marked.
      getSelection().selectAllChildren(it);
    }
  });
}

if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach(copier);
