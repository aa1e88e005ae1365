// Small helps of the desk; every page works without. Panes: a right one longer than the left need not stay in
// sight. Keys of the inbox: / j k x ? (Enter follows the focused link by itself). An addition: everything is a link
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
    const row = document.activeElement?.closest("tr");
    const here = row ? all.findIndex((one) => one.closest("tr") === row) : -1;
    const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step))];
    if (next) { next.focus(); next.closest("tr")?.scrollIntoView({ block: "nearest" }); }
  };
  const bulk = document.querySelector("[data-bulk]");
  if (bulk) {
    const boxes = [...bulk.querySelectorAll('input[name="chon"]')];
    const all = bulk.querySelector("[data-all]");
    const count = bulk.querySelector("[data-count]");
    const tell = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
      count.textContent = ticked ? `${ticked} hồ sơ đã chọn` : count.dataset.none;
    };
    all.parentElement.hidden = false;
    all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); tell(); });
    bulk.addEventListener("change", tell);
    window.addEventListener("pageshow", tell);
    tell();
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog")) return;
    if (event.key === "?" && help) { event.preventDefault(); help.showModal(); return; }
    if (remembered()) return;
    if (event.key === "/") {
      const field = document.getElementById("tim");
      if (field) { event.preventDefault(); field.focus(); field.select(); }
    } else if (event.key === "j") { move(1); } else if (event.key === "k") { move(-1); } else if (event.key === "x") {
      const box = document.activeElement?.closest("tr")?.querySelector('input[name="chon"]');
      if (box) { event.preventDefault(); box.click(); }
    }
  });
})();
