/* Files straight to the object store: parts, progress, pause, and going on after a lost connection.

   Progressive enhancement of the papers page. Without this script each paper's form posts to the
   store itself (dossiers/attachment_forms.py). Markup, per paper:

   <div class="mc-paper" data-upload="/api/v1/dossiers/ID/attachments" data-paper="KEY" data-max-files="5">
     <div class="mc-paper-head"><h3>…</h3><span class="mc-status is-you" data-upload-pill>…</span></div>
     <p class="mc-hint" id="KEY-hint">…</p>
     <div data-upload-files>                      files known to the server, one .mc-file each:
       <div class="mc-file is-you" data-attachment="UUID" data-state="uploading|checking|ready|refused"
            data-name="FILE NAME" data-size="BYTES">
         <i class="bi …"></i><span class="name">…</span><span class="state">…</span>
         <span class="do">… a POST form with the button "Bỏ" …</span></div>
     </div>
     <form class="mc-drop" method="post" enctype="multipart/form-data" action="STORE">  hidden fields, then
       <label class="form-label" for="f-KEY">Chọn tệp, hoặc chụp bằng điện thoại</label>
       <input class="form-control" type="file" id="f-KEY" name="file" accept="…" multiple
              aria-describedby="KEY-hint">
       <button class="btn btn-secondary" data-upload-submit>Tải tệp lên</button></form>
   </div>
   and once per page: <p class="visually-hidden" role="status" data-upload-status></p>

   When a file is ready or refused, `motcua:file` {id, state} is sent from the paper's node and bubbles.
   `multiple` may be left out: the script sets it from data-max-files (> 1). "Tiếp tục" is never touched. */
"use strict";
(() => {
  const MB = 1024 * 1024;
  const AT_ONCE = 3; // parts on the way at a time
  const LONGEST_WAIT = 30000; // ms between tries
  const LONGEST_SILENCE = 45000; // ms without a byte moving, then the line counts as lost
  const status = document.querySelector("[data-upload-status]");
  const announce = (words) => { if (status) status.textContent = words; };
  const megabytes = (bytes) => bytes < MB / 10
    ? Math.max(1, Math.round(bytes / 1024)) + " KB"
    : (bytes / MB).toFixed(1).replace(".", ",") + " MB";
  const sleep = (ms, early) => new Promise((done) => {
    const timer = setTimeout(done, ms);
    if (early) addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
  });

  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }
  const icon = (name, more) => make("i", { class: `bi bi-${name} ${more || ""}`.trim(), "aria-hidden": "true" });
  const picture = (name) => (/\.(jpe?g|png)$/i.test(name) ? "file-earmark-image"
    : /\.pdf$/i.test(name) ? "file-earmark-pdf" : "file-earmark-text");

  class Refusal extends Error { constructor(problem, code) { super(problem.detail || ""); this.problem = problem; this.code = code; } }
  class Lost extends Error {} // the network or a busy server: try again

  async function ask(method, url, body) {
    let answer;
    try {
      answer = await fetch(url, {
        method,
        headers: body ? { "Content-Type": "application/json", Accept: "application/json" } : { Accept: "application/json" },
        body: body && JSON.stringify(body),
        credentials: "same-origin",
      });
    } catch { throw new Lost(); }
    if (answer.status >= 500 || answer.status === 429) throw new Lost();
    const text = await answer.text().catch(() => { throw new Lost(); });
    let read = {};
    try { read = text ? JSON.parse(text) : {}; } catch { read = {}; }
    if (!answer.ok) throw new Refusal(read, answer.status);
    return read;
  }

  /* Which upload a chosen file belongs to, remembered under a digest so that no name stays in the browser. */
  async function mark(file, paper) {
    const words = new TextEncoder().encode([paper, file.name, file.size, file.lastModified].join("|"));
    if (!crypto.subtle) return null;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", words));
    return "motcua.upload." + Array.from(digest.slice(0, 16), (b) => b.toString(16).padStart(2, "0")).join("");
  }
  const memory = {
    get: (key) => { try { return key && localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { if (key) localStorage.setItem(key, value); } catch { /* private window */ } },
    drop: (key) => { try { if (key) localStorage.removeItem(key); } catch { /* private window */ } },
  };
  function newId() {
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 0x0f) | 0x40; b[8] = (b[8] & 0x3f) | 0x80;
    const hex = Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  class Row {
    constructor(paper, name, size, node) {
      this.paper = paper; this.name = name; this.size = size;
      this.id = node ? node.dataset.attachment : newId();
      this.node = node || make("div", { class: "mc-file" });
      if (!node) paper.list.append(this.node);
    }
    show(state, mood, words, buttons) {
      this.state = state; this.mood = "";
      const held = this.node.contains(document.activeElement) ? document.activeElement.textContent : null;
      this.node.className = `mc-file ${mood}`.trim();
      this.node.dataset.state = state; this.node.dataset.attachment = this.id;
      this.place = make("span", { class: "state" }, ...words);
      this.node.replaceChildren(icon(picture(this.name)), make("span", { class: "name" }, this.name), this.place,
        make("span", { class: "do" }, ...buttons));
      if (held !== null) {
        const all = [...this.node.querySelectorAll("button, a")];
        (all.find((one) => one.textContent === held) || all[0])?.focus();
      }
      this.paper.pill();
    }
    button(words, kind, act) {
      const node = make("button", { type: "button", class: `btn btn-sm btn-${kind}` }, words, make("span", { class: "visually-hidden" }, ` ${this.name}`));
      node.addEventListener("click", act);
      return node;
    }
    away() { return this.button("Bỏ", "danger", () => this.remove()); }
    bar(sent) {
      const percent = Math.floor((100 * sent) / this.size);
      return make("progress", { class: "d-block mt-2", max: "100", value: String(percent), "aria-label": `Đã tải lên ${this.name}` }, `${percent} %`);
    }
    move(sent, pause) {
      if (this.mood !== "sending") { this.sending(sent, pause); return; }
      const bar = this.place.querySelector("progress");
      bar.value = Math.floor((100 * sent) / this.size);
      bar.textContent = `${bar.value} %`;
      this.place.firstChild.textContent = `Đang tải: ${megabytes(sent)} trong ${megabytes(this.size)}`;
    }
    sending(sent, pause) {
      this.show("uploading", "", [make("span", {}, `Đang tải: ${megabytes(sent)} trong ${megabytes(this.size)}`), this.bar(sent)],
        [this.button("Tạm dừng", "secondary", pause), this.away()]);
      this.mood = "sending";
    }
    paused(sent, goOn) {
      this.show("uploading", "is-you", [make("b", {}, "Đang tạm dừng. "), `${megabytes(sent)} trong ${megabytes(this.size)} đã an toàn ở máy chủ.`, this.bar(sent)],
        [this.button("Tải tiếp", "primary", goOn), this.away()]);
    }
    cut(sent, advice) {
      const percent = Math.floor((100 * sent) / this.size);
      this.show("uploading", "is-you", [make("b", {}, icon("wifi-off", "mc-i"), `Mạng ngắt ở ${percent} %. `),
        `${megabytes(sent)} trong ${megabytes(this.size)} đã an toàn ở máy chủ.`, this.bar(sent), make("span", { class: "d-block mt-2" }, advice)],
        [this.away()]);
      this.mood = "cut";
    }
    checking() {
      this.show("checking", "", [`Đang kiểm tra · ${megabytes(this.size)}`], [this.away()]);
    }
    ready(size) {
      const link = make("a", { class: "btn btn-sm btn-secondary", href: `${this.paper.api}/${this.id}/content` }, "Xem", make("span", { class: "visually-hidden" }, ` ${this.name}`));
      this.show("ready", "is-ok", [icon("shield-check"), " ", make("b", {}, "Đã nhận đủ và kiểm tra"), ` · ${megabytes(size)}`], [link, this.away()]);
      announce(`${this.name}: đã nhận đủ và kiểm tra.`);
    }
    bad(words, kept) {
      this.onServer = kept;
      this.show("refused", "is-bad", [make("b", {}, icon("x-circle-fill", "mc-i"), words)], [this.away()]);
      announce(`${this.name}: cần thay. ${words}`);
    }
    async remove() {
      this.gone = true;
      if (this.upload) this.upload.stop();
      memory.drop(this.mark);
      if (this.onServer !== false) {
        try { await ask("DELETE", `${this.paper.api}/${this.id}`); } catch (error) {
          if (!(error instanceof Refusal && error.code === 404)) {
            this.gone = false;
            this.bad("Chưa bỏ được tệp này. Thử lại sau ít giây.", true);
            return;
          }
        }
      }
      this.node.remove();
      this.paper.pill();
      this.paper.input?.focus();
      announce(`Đã bỏ ${this.name}.`);
    }
    async poll() {
      for (let wait = 700; !this.gone; wait = Math.min(wait * 1.4, 8000)) {
        await sleep(wait);
        let file;
        try { file = await ask("GET", `${this.paper.api}/${this.id}`); } catch (error) {
          if (error instanceof Refusal) { this.node.remove(); this.paper.pill(); return; }
          continue;
        }
        if (this.gone) return;
        if (file.state === "ready") this.ready(file.size);
        else if (file.state === "refused") this.bad(file.message, true);
        else continue;
        this.paper.node.dispatchEvent(new CustomEvent("motcua:file", { bubbles: true, detail: { id: this.id, state: file.state } }));
        return;
      }
    }
  }

  class Upload {
    constructor(row, file) {
      this.row = row; this.file = file; this.requests = new Set(); this.turn = 0;
      this.done = new Set(); this.live = new Map(); row.upload = this;
      addEventListener("offline", () => this.hangUp());
    }
    sent() {
      let bytes = 0;
      for (const number of this.done) bytes += this.slice(number).size;
      for (const loaded of this.live.values()) bytes += loaded;
      return Math.min(bytes, this.file.size);
    }
    slice(number) { return this.file.slice((number - 1) * this.plan.part_size, number * this.plan.part_size); }
    take(plan) { this.plan = plan; for (const number of plan.stored) this.done.add(number); }
    hangUp() { for (const request of [...this.requests]) request.abort(); }
    stop() { this.turn += 1; this.hangUp(); }
    pause() { this.stop(); this.row.paused(this.sent(), () => this.run(true)); }

    /* One turn of sending; a pause ends the turn, going on begins another. */
    async run(known) {
      const { row } = this;
      const turn = ++this.turn;
      const ended = () => turn !== this.turn || row.gone;
      let wait = 1000, misses = 0;
      row.sending(this.plan ? this.sent() : 0, () => this.pause());
      for (;;) {
        try {
          this.take(known ? await ask("POST", `${row.paper.api}/${row.id}/parts`) : await this.begin());
          known = true;
          if (ended()) return;
          await this.parts(ended, () => { wait = 1000; misses = 0; });
          if (ended()) return;
          await ask("POST", `${row.paper.api}/${row.id}/completion`, { parts: [] });
          break;
        } catch (error) {
          if (ended()) return;
          if (error instanceof Refusal) {
            if ((error.problem.type || "").endsWith("/PartsMissing")) {
              for (const number of error.problem.missing || []) this.done.delete(number);
              continue;
            }
            memory.drop(row.mark);
            row.bad(error.message || "Tệp này không nhận được.", known);
            return;
          }
          if (error.store && ++misses >= 6 && this.sent() === 0 && navigator.onLine) { row.paper.plain(row); return; }
          if (row.mood !== "cut") {
            row.cut(this.plan ? this.sent() : 0, "Chúng tôi tự tải tiếp khi có mạng lại; phần đã gửi không mất.");
            announce(`${row.name}: mạng ngắt. Chúng tôi tự tải tiếp khi có mạng lại.`);
          }
          await sleep(wait + Math.random() * 500, true);
          wait = Math.min(wait * 2, LONGEST_WAIT);
          if (ended()) return;
        }
      }
      memory.drop(row.mark);
      if (ended()) return;
      row.checking();
      await row.poll();
    }
    async begin() {
      const { row, file } = this;
      const plan = await ask("POST", row.paper.api, {
        attachment_id: row.id, requirement_key: row.paper.key, filename: row.name, size: file.size,
      });
      row.onServer = true;
      memory.set(row.mark, row.id);
      return plan;
    }
    async parts(ended, progress) {
      const queue = this.plan.parts.filter((part) => !this.done.has(part.number));
      const worker = async () => {
        for (let part = queue.shift(); part && !ended(); part = queue.shift()) {
          await this.put(part);
          this.done.add(part.number);
          progress();
        }
      };
      const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed && !ended()) throw failed.reason;
    }
    put(part) {
      return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        let silence;
        const listen = () => { clearTimeout(silence); silence = setTimeout(() => request.abort(), LONGEST_SILENCE); };
        const end = (act) => { clearTimeout(silence); this.requests.delete(request); this.live.delete(part.number); act(); };
        const fail = () => end(() => reject(Object.assign(new Lost(), { store: true })));
        request.open("PUT", part.url);
        request.upload.onprogress = (event) => { listen(); this.live.set(part.number, event.loaded); this.row.move(this.sent(), () => this.pause()); };
        request.onload = () => (request.status === 200 ? end(resolve) : fail());
        request.onerror = request.onabort = fail;
        listen();
        this.requests.add(request);
        request.send(this.slice(part.number));
      });
    }
  }

  class Paper {
    constructor(node) {
      this.node = node; this.api = node.dataset.upload; this.key = node.dataset.paper;
      this.list = node.querySelector("[data-upload-files]"); this.input = node.querySelector("input[type=file]");
      this.submit = node.querySelector("[data-upload-submit]"); this.badge = node.querySelector("[data-upload-pill]");
      this.left = [];
      if (this.submit) this.submit.hidden = true;
      if (this.input && Number(node.dataset.maxFiles || 1) > 1) this.input.multiple = true;
      for (const known of this.list.querySelectorAll("[data-attachment]")) this.adopt(known);
      if (!this.input) return; // full: there is nothing to choose
      this.input.addEventListener("change", () => { if (!this.simple) { this.choose([...this.input.files]); this.input.value = ""; } });
      const drop = node.querySelector(".mc-drop");
      if (matchMedia("(pointer: fine)").matches) this.input.after(make("p", { class: "mc-hint mt-2 mb-0" }, "hoặc kéo tệp thả vào khung này"));
      drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
      drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
      drop.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("is-over"); this.choose([...event.dataTransfer.files]); });
    }
    adopt(node) {
      const row = new Row(this, node.dataset.name, Number(node.dataset.size), node);
      row.state = node.dataset.state;
      if (row.state === "checking") row.poll();
      if (row.state === "uploading") this.unfinished(row);
    }
    async unfinished(row) {
      this.left.push(row);
      let plan;
      try { plan = await ask("POST", `${this.api}/${row.id}/parts`); } catch (error) {
        if (error instanceof Refusal) row.bad("Lượt tải này đã hết hiệu lực. Bỏ tệp rồi chọn lại để tải từ đầu.", true);
        return;
      }
      if (row.upload || row.gone) return;
      const missing = plan.parts.reduce((sum, part) => sum + Math.min(plan.part_size, row.size - (part.number - 1) * plan.part_size), 0);
      if (!row.gone) row.cut(row.size - missing, `Chọn đúng tệp này lần nữa, chúng tôi chỉ tải ${megabytes(missing)} còn lại.`);
    }
    async choose(files) {
      for (const file of files) {
        const remembered = await mark(file, this.api + this.key);
        const id = memory.get(remembered);
        const old = this.left.find((row) => row.id === id && row.size === file.size && !row.gone && row.state === "uploading");
        const row = old || new Row(this, file.name.normalize("NFC"), file.size);
        this.left = this.left.filter((other) => other !== old);
        row.mark = remembered;
        if (!old) row.onServer = false;
        new Upload(row, file).run(Boolean(old));
      }
    }
    /* The store cannot be reached from scripts here: hand the paper back to the plain form. */
    plain(row) {
      this.simple = true;
      row.bad("Chưa gửi được tới kho tệp. Bỏ tệp này, chọn lại rồi bấm “Tải tệp lên”.", true);
      this.input.multiple = false;
      if (this.submit) this.submit.hidden = false;
    }
    pill() {
      if (!this.badge) return;
      const states = [...this.list.querySelectorAll("[data-attachment]")].map((node) => node.dataset.state);
      const [mood, glyph, words] = states.includes("refused") ? ["is-late", "exclamation-octagon-fill", "Cần thay tệp"]
        : states.includes("uploading") ? ["is-you", "hourglass-split", "Đang tải"]
        : states.includes("checking") ? ["", "hourglass-split", "Đang kiểm tra"]
        : states.length ? ["is-done", "check-circle-fill", "Đã đủ"] : ["", "circle", "Chưa có tệp"];
      this.badge.className = `mc-status ${mood}`.trim();
      this.badge.replaceChildren(icon(glyph), words);
    }
  }

  for (const node of document.querySelectorAll("[data-upload]")) new Paper(node);
})();
