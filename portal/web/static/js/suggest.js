// Suggestions while one types a procedure's name: a combobox with a list (WAI-ARIA). Arrows choose, Enter opens,
// Escape closes. An addition: without this file the field is a plain form, and its button always works.
(() => {
  "use strict";

  const WAIT = 120, LEAST = 2, KEPT = 50;
  const LEVELS = {full: ["is-full", "Toàn trình", 3], partial: ["is-part", "Một phần", 2], info: ["is-info", "Cung cấp thông tin", 0]};

  const made = (tag, cls, text) => {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    if (text) node.textContent = text;
    return node;
  };

  const badge = (level) => {
    const [cls, words, full] = LEVELS[level] ?? ["is-info is-listed", "Chưa nhận trực tuyến", 0];
    const node = made("span", `mc-level ${cls}`);
    const beads = made("span", "mc-beads");
    beads.setAttribute("aria-hidden", "true");
    for (let place = 0; place < 3; place += 1) beads.append(made("i", place < full ? "on" : ""));
    node.append(beads, words);
    return node;
  };

  const line = (item) => {
    const name = made("span", "mc-suggest-name");
    for (const piece of item.name) name.append(made(piece.matched ? "b" : "span", "", piece.text));
    const facts = made("span", "mc-suggest-facts");
    facts.append(badge(item.level), made("span", "mc-num", item.code));
    return [name, facts];
  };

  const equip = (input) => {
    const form = input.form;
    const list = made("ul", "mc-suggest");
    const told = made("p", "visually-hidden");
    const kept = new Map();
    let timer = 0, asking = null, active = -1;

    list.id = `${input.id}-goi-y`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Thủ tục gợi ý");
    list.popover = "manual"; // the top layer: no frame around the field cuts it off
    told.setAttribute("role", "status");
    input.after(told);
    form.append(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    const open = () => input.getAttribute("aria-expanded") === "true";

    const place = () => {
      const field = input.getBoundingClientRect();
      list.style.top = `${field.bottom + window.scrollY + 4}px`;
      list.style.left = `${field.left + window.scrollX}px`;
      list.style.width = `${field.width}px`;
    };

    const choose = (at) => {
      const options = [...list.children];
      active = at;
      options.forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
      if (at < 0) { input.removeAttribute("aria-activedescendant"); return; }
      input.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({block: "nearest"});
    };

    const close = () => {
      clearTimeout(timer);
      asking?.abort();
      if (open()) list.hidePopover();
      input.setAttribute("aria-expanded", "false");
      choose(-1);
      told.textContent = "";
    };

    const option = (number, parts, href) => {
      const node = made("li");
      node.id = `${list.id}-${number}`;
      node.setAttribute("role", "option");
      node.setAttribute("aria-selected", "false");
      node.append(...parts);
      node.addEventListener("click", () => (href ? location.assign(href) : form.requestSubmit()));
      node.addEventListener("pointermove", () => { if (active !== number) choose(number); });
      return node;
    };

    const show = (items) => {
      if (!items.length || document.activeElement !== input) { close(); return; }
      const options = items.map((item, number) => option(number, line(item), `/thu-tuc/${encodeURIComponent(item.code)}`));
      const all = made("span", "mc-suggest-all", "Xem mọi kết quả");
      list.replaceChildren(...options, option(options.length, [all], ""));
      place();
      if (!open()) list.showPopover();
      input.setAttribute("aria-expanded", "true");
      choose(-1);
      told.textContent = `${items.length} gợi ý, chọn bằng mũi tên lên xuống.`;
    };

    const ask = async () => {
      const typed = input.value.trim();
      if (typed.length < LEAST) { close(); return; }
      asking?.abort();
      if (kept.has(typed)) { show(kept.get(typed)); return; }
      asking = new AbortController();
      try {
        const answer = await fetch(`${input.dataset.suggest}?query=${encodeURIComponent(typed)}`, {
          credentials: "omit", signal: asking.signal, headers: {accept: "application/json"},
        });
        const items = answer.ok ? (await answer.json()).items : [];
        if (kept.size >= KEPT) kept.clear();
        kept.set(typed, items);
        if (input.value.trim() === typed) show(items);
      } catch { /* typed on, or the line is down: the form still searches */ }
    };

    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
    input.addEventListener("blur", close);
    form.addEventListener("submit", close);
    window.addEventListener("resize", () => { if (open()) place(); });
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
      if (step && !open()) {
        if (step > 0 && input.value.trim().length >= LEAST) { event.preventDefault(); ask(); }
      } else if (step) {
        event.preventDefault();
        const many = list.children.length;
        choose(active < 0 && step < 0 ? many - 1 : active + step >= many ? -1 : Math.max(-1, active + step));
      } else if (event.key === "Enter" && open() && active >= 0) {
        event.preventDefault();
        list.children[active].click();
      } else if (event.key === "Escape" && open()) {
        event.preventDefault();
        event.stopPropagation();
        close();
      }
    });
  };

  if (!("popover" in HTMLElement.prototype)) return;
  document.querySelectorAll("input[data-suggest]").forEach(equip);
})();
