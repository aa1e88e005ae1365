// The designer without waiting: each change is posted and the page's part is put in place of the old one, with the
// focus where the server says and one sentence for those who do not see it. Everything works without this file.
(() => {
  "use strict";

  const board = document.getElementById("thiet-ke");
  const told = document.getElementById("loi-bao");
  if (!board || !told) return;
  let dirty = false, busy = false;

  const say = (text, warn = false) => {
    told.classList.toggle("is-warn", warn);
    told.textContent = "";
    requestAnimationFrame(() => { told.textContent = text; });
  };

  const editor = () => board.querySelector("form[data-editor]");

  // ── what belongs to the kind that is chosen ──────────────────────────────
  const show = (block, yes) => { block.hidden = !yes; if ("disabled" in block) block.disabled = !yes; };

  const follow = () => {
    const form = editor();
    if (!form || !form.elements.kind) return;
    const kind = form.elements.kind;
    form.querySelectorAll("[data-kinds]").forEach((block) =>
      show(block, block.dataset.kinds.split(" ").includes(kind.value)));
    form.querySelector("[data-kind-hint]").textContent = kind.selectedOptions[0].dataset.hint;
    form.querySelectorAll("[data-required-when]").forEach((block) =>
      show(block, form.elements.required.value === "when"));
    form.querySelectorAll("[data-own]").forEach((block) => show(block, form.elements.ready.value === "own"));
  };

  // ── sending ──────────────────────────────────────────────────────────────
  const posted = (form, button) => {
    const data = new URLSearchParams(new FormData(form));
    if (button && button.name) data.set(button.name, button.value);
    return data;
  };

  const ask = async (address, body) => {
    const answer = await fetch(address, body ? { method: "POST", body, headers: { accept: "text/html" } }
      : { headers: { accept: "text/html" } });
    if (answer.redirected && !new URL(answer.url).pathname.endsWith("/to-khai")) {
      location.assign(answer.url); // the session has ended
      throw new Error("left");
    }
    return { page: new DOMParser().parseFromString(await answer.text(), "text/html"), answer };
  };

  const put = (page, answer) => {
    const fresh = page.getElementById("thiet-ke");
    if (!fresh) {
      say(page.querySelector("main p")?.textContent || "Chưa lưu được. Tải lại trang rồi thử lại.", true);
      return false;
    }
    board.replaceChildren(...fresh.childNodes);
    document.title = page.title;
    dirty = !answer.ok && !!editor(); // refused: what was typed stands in the open question, unsaved
    if (answer.ok) history.replaceState(null, "", answer.url);
    const aim = board.querySelector("[autofocus]");
    if (aim) {
      aim.focus({ preventScroll: true });
      aim.scrollIntoView({ block: "nearest" });
    }
    follow();
    if (fresh.dataset.said) say(fresh.dataset.said);
    return answer.ok;
  };

  // What is typed in the open question is kept before anything else is done, so that nothing is lost.
  const kept = async () => {
    const form = editor();
    if (!dirty || !form) return true;
    const { page, answer } = await ask(form.action, posted(form, form.querySelector("button[name=do]")));
    if (!answer.ok) return put(page, answer);
    dirty = false;
    const seq = page.querySelector("#thao-tac [name=seq]")?.value;
    if (!seq) return false;
    document.querySelectorAll("input[name=seq]").forEach((input) => { input.value = seq; });
    return true;
  };

  const run = async (work) => {
    if (busy) return;
    busy = true;
    board.classList.add("is-busy");
    board.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (error) {
      if (error.message !== "left") say("Chưa lưu được vì mạng yếu. Điều bạn gõ vẫn ở đây, bấm lại khi có mạng.", true);
    } finally {
      busy = false;
      board.classList.remove("is-busy");
      board.removeAttribute("aria-busy");
    }
  };

  const send = (form, button) => run(async () => {
    if (form !== editor() && !(await kept())) return;
    const { page, answer } = await ask(form.action, posted(form, button));
    put(page, answer);
  });

  board.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target, event.submitter);
  });

  board.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const address = new URL(link.href);
    if (address.pathname !== location.pathname) return;
    event.preventDefault();
    run(async () => {
      if (!("discard" in link.dataset) && !(await kept())) return;
      const { page, answer } = await ask(address.pathname + address.search);
      put(page, answer);
    });
  });

  // ── live: what stands against the question as it is typed ────────────────
  let asking = 0;
  const judge = async () => {
    const form = editor();
    const place = form?.querySelector("#van-de");
    if (!place) return;
    const mine = (asking += 1);
    const body = posted(form);
    body.set("do", form.querySelector("button[name=do]").value.replace("save:", "check:"));
    try {
      const { page, answer } = await ask(form.action, body);
      if (answer.ok && mine === asking && place.isConnected) place.replaceChildren(...page.body.childNodes);
    } catch { /* the next save says what is wrong */ }
  };

  board.addEventListener("input", (event) => { if (event.target.form === editor()) dirty = true; });
  board.addEventListener("change", (event) => {
    if (event.target.form !== editor()) return;
    dirty = true;
    follow();
    judge();
  });
  window.addEventListener("beforeunload", (event) => { if (dirty && !busy) event.preventDefault(); });

  // ── keys: Alt and an arrow move what one stands on ───────────────────────
  board.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const way = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const stood = event.target.closest("[data-place]");
    if (!way || !stood || event.target.closest(".mc-add")) return;
    event.preventDefault();
    const button = stood.querySelector(`[data-move=${way}]`);
    if (button.disabled) say(way === "up" ? "Đã ở trên cùng." : "Đã ở dưới cùng.");
    else send(button.form, button);
  });

  follow();
})();
