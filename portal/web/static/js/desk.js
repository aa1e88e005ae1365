// Small helps of the desk; every page works without. Panes: a right one longer than the left need not stay in
// sight. Keys of the inbox: / j k ? (Enter follows the focused link by itself). An addition: everything is a link
// or a form without them, they never act inside a field, and they can be switched off (WCAG 2.1.4).
(() => {
  document.querySelectorAll(".mc-panes > .mc-side").forEach((side) => {
    const left = side.previousElementSibling;
    const judge = () => {
      side.classList.toggle("is-longer", side.scrollHeight >= left.offsetHeight);
      // the keys must scroll it, though nothing in it may take them
      if (side.scrollHeight > side.clientHeight + 1) side.tabIndex = 0;
      else side.removeAttribute("tabindex");
    };
    [left, side, document.documentElement].forEach((part) => new ResizeObserver(judge).observe(part));
    [...side.children].forEach((part) => new ResizeObserver(judge).observe(part));
  });
  document.querySelector(".mc-views [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  const OFF = "motcua.keys.off";
  const remembered = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };
  const help = document.getElementById("phim");
  const shown = document.querySelector("[data-keys]");
  const off = document.querySelector("[data-keys-off]");
  const rows = () => [...document.querySelectorAll("a[data-row]")];
  const show = () => { if (shown) shown.hidden = remembered(); };
  if (off) {
    off.checked = remembered();
    off.addEventListener("change", () => {
      try { if (off.checked) localStorage.setItem(OFF, "1"); else localStorage.removeItem(OFF); } catch { /* private window */ }
      show();
    });
  }
  show();
  const move = (step) => {
    const all = rows();
    const here = all.indexOf(document.activeElement);
    const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step))];
    if (next) { next.focus(); next.closest("tr")?.scrollIntoView({ block: "nearest" }); }
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    if (event.key === "?" && help) { event.preventDefault(); help.showModal(); return; }
    if (remembered()) return;
    if (event.key === "/") {
      const field = document.getElementById("tim");
      if (field) { event.preventDefault(); field.focus(); field.select(); }
    } else if (event.key === "j") { move(1); } else if (event.key === "k") { move(-1); }
  });
})();
