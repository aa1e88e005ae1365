// The desk follows the machine's light or dark setting. Loaded in the head, so that nothing flashes.
(() => {
  const root = document.documentElement;
  if (root.dataset.mcTheme !== "auto") return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  dark.addEventListener("change", follow);
  follow();
})();
