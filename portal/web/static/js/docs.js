// The API's page: the OpenAPI document as a list. Nothing is loaded from elsewhere; text is set as text.
(async () => {
  "use strict";
  const place = document.getElementById("api");
  const el = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const nameOf = (schema) => {
    if (!schema) return "";
    if (schema.$ref) return schema.$ref.split("/").pop();
    if (schema.oneOf || schema.anyOf) return (schema.oneOf || schema.anyOf).map(nameOf).join(" | ");
    if (schema.type === "array") return `${nameOf(schema.items)}[]`;
    return [schema.type, schema.format].filter(Boolean).join(" · ") || "object";
  };

  const titles = {
    System: "Tình trạng hệ thống", Journal: "Nhật ký công khai", Auth: "Đăng nhập, tài khoản", Catalogue: "Danh mục thủ tục",
    Dossiers: "Hồ sơ", Desk: "Bàn làm việc của cán bộ", Statistics: "Số liệu",
  };

  let spec;
  try {
    spec = await (await fetch(place.dataset.schema, {headers: {accept: "application/json"}})).json();
  } catch {
    place.firstElementChild.textContent = "Chưa tải được bản mô tả. Tải lại trang để thử lần nữa.";
    return;
  }
  const groups = new Map();
  for (const [path, methods] of Object.entries(spec.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!operation.responses) continue;
      const tag = (operation.tags || ["Khác"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push([method.toUpperCase(), path, operation]);
    }
  }
  place.replaceChildren();
  for (const [tag, operations] of groups) {
    const section = el("section", "mc-panel");
    section.append(el("h2", "", titles[tag] || tag));
    for (const [method, path, operation] of operations) {
      const item = el("details", "mc-why mb-1");
      const summary = el("summary", "");
      summary.append(el("span", "mc-code", `${method} ${path}`));
      const body = el("div", "");
      body.append(el("p", "mb-2", operation.description || operation.summary || ""));
      const facts = el("dl", "mc-facts mc-small");
      const fact = (name, value) => { facts.append(el("dt", "", name), el("dd", "mc-code", value)); };
      for (const one of operation.parameters || []) {
        fact(`${one.in}: ${one.name}${one.required ? " (bắt buộc)" : ""}`, nameOf(one.schema));
      }
      for (const [type, one] of Object.entries(operation.requestBody?.content || {})) fact(type, nameOf(one.schema));
      for (const [code, one] of Object.entries(operation.responses)) {
        fact(`→ ${code}`, nameOf(Object.values(one.content || {})[0]?.schema) || one.description || "");
      }
      body.append(facts);
      item.append(summary, body);
      section.append(item);
    }
    place.append(section);
  }
})();
