// Forms without waiting: questions open and close as answers change, and what is typed is saved.
// Everything here also works without this file: the server opens questions, and every button saves.
(() => {
  "use strict";

  const valueOf = (form, name) => {
    const values = [];
    for (const control of form.elements) {
      if (control.name !== name || control.disabled || control.closest("fieldset[disabled]")) continue;
      if ((control.type === "radio" || control.type === "checkbox") && !control.checked) continue;
      values.push(control.value);
    }
    return values;
  };

  const unfold = (form) => {
    for (const block of form.querySelectorAll("[data-when]")) {
      const open = JSON.parse(block.dataset.when).every((condition) =>
        valueOf(form, condition.name).some((value) => condition.any_of.includes(value)));
      block.hidden = !open;
      block.disabled = !open;
    }
  };

  const words = {
    saving: ["bi-cloud-arrow-up", "Đang lưu…", false],
    late: ["bi-cloud-slash", "Chưa lưu được vì mạng yếu. Chúng tôi sẽ thử lại, bạn cứ điền tiếp.", true],
    elsewhere: ["bi-exclamation-triangle", "Tờ khai vừa được sửa ở cửa sổ khác. Bấm Tiếp tục để xem lại.", true],
    ended: ["bi-exclamation-triangle", "Phiên đăng nhập đã hết. Mở trang đăng nhập ở cửa sổ khác rồi bấm Tiếp tục.", true],
  };

  const autosave = (form) => {
    const place = document.querySelector("[data-save]");
    let timer = 0, running = false, again = false, wait = 2000, over = false;

    const say = (icon, text, warn) => {
      place.classList.toggle("is-warn", warn);
      place.firstElementChild.className = `bi ${icon} mc-i`;
      place.lastElementChild.textContent = text;
    };

    const send = async () => {
      clearTimeout(timer);
      if (over) return;
      if (running) { again = true; return; }
      running = true;
      again = false;
      say(...words.saving);
      try {
        const answer = await fetch(form.getAttribute("action"), {
          method: "PATCH",
          headers: {accept: "application/json"},
          body: new URLSearchParams(new FormData(form)),
        });
        if (answer.redirected || answer.status === 401) { over = true; say(...words.ended); return; }
        const body = await answer.json();
        if (answer.ok) {
          form.elements.seq.value = body.seq;
          wait = 2000;
          say("bi-cloud-check", `Đã lưu lúc ${body.saved_at}`, false);
        } else if (answer.status === 409) {
          over = true;
          say(...words.elsewhere);
        } else if (answer.status >= 500) {
          throw new Error("server");
        } else {
          say("bi-exclamation-triangle", `Chưa lưu: ${body.detail}`, true);
        }
      } catch {
        say(...words.late);
        wait = Math.min(wait * 2, 60000);
        timer = setTimeout(send, wait);
      } finally {
        running = false;
        if (again) send();
      }
    };

    const soon = () => { clearTimeout(timer); timer = setTimeout(send, wait); };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("submit", () => { over = true; clearTimeout(timer); });
  };

  // The communes of the province that was typed, as suggestions; any other name may be typed as well.
  let lists = 0;
  const suggest = (commune) => {
    const province = commune.form.elements[commune.dataset.province];
    if (!province) return;
    const list = document.createElement("datalist");
    list.id = `cac-xa-${(lists += 1)}`;
    commune.after(list);
    commune.setAttribute("list", list.id);
    let asked = "";
    const fill = async () => {
      const name = province.value.trim();
      if (name === asked) return;
      asked = name;
      list.replaceChildren();
      if (!name) return;
      try {
        const answer = await fetch(`/api/v1/units?province=${encodeURIComponent(name)}`);
        if (!answer.ok || asked !== name) return;
        const units = (await answer.json()).items;
        list.replaceChildren(...units.map((unit) => new Option("", unit.name)));
      } catch { asked = ""; }
    };
    province.addEventListener("change", fill);
    commune.addEventListener("focus", fill);
  };

  for (const form of document.querySelectorAll("form[data-autosave], form[data-trial]")) {
    unfold(form);
    form.addEventListener("change", () => unfold(form));
    form.querySelectorAll("[data-province]").forEach(suggest);
    if ("autosave" in form.dataset) autosave(form);
  }
  document.querySelector(".mc-errors")?.focus();
})();
