// Small helps of the catalogue's editor; every page works without. Says when something is not saved yet, and asks
// before one leaves it behind; opens the row a link leads to.
(() => {
  const form = document.querySelector("form[data-unsaved]");
  const said = document.querySelector("[data-saved]");
  let changed = form?.hasAttribute("data-changed") ?? false;
  const note = () => {
    if (changed) return;
    changed = true;
    if (said) { said.textContent = "Có thay đổi chưa lưu"; said.classList.add("is-warn"); }
  };
  form?.addEventListener("input", note);
  form?.addEventListener("change", note);
  form?.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  const unfold = () => {
    const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = aim; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    aim?.scrollIntoView({ block: "nearest" });
  };
  window.addEventListener("hashchange", unfold);
  document.addEventListener("click", (event) => { if (event.target.closest?.("a[href*='#']")) setTimeout(unfold); });
  if (location.hash) unfold();
  document.querySelector("details > summary[autofocus]")?.parentElement
    .querySelector("input:not([type=hidden]), textarea, select")?.focus();
})();
