"use strict";
(() => {
  const { links, findings } = JSON.parse(document.getElementById("data").textContent);
  const finding = document.getElementById("finding");
  const text = document.getElementById("text");
  const svg = document.getElementById("links");
  const rows = [...document.querySelectorAll("tbody tr")];
  const mention = (id) => document.getElementById("m" + id);
  const chinese = { MEASURES: "对象", INDICATOR: "指标", SCOPE: "范围", PERIOD: "时期", PART_OF: "总数" };
  const role = (label) => (document.documentElement.lang === "zh" ? chinese[label] : label);
  let chosen = null;

  function clear() {
    document.querySelectorAll("mark.chosen, mark.head").forEach((m) => {
      m.classList.remove("chosen", "head");
      m.removeAttribute("data-role");
    });
    rows.forEach((row) => { row.classList.remove("chosen"); row.removeAttribute("aria-current"); });
    svg.replaceChildren();
  }

  function curve(from, to) {
    const box = text.getBoundingClientRect();
    const a = from.getClientRects()[0], b = to.getClientRects()[0];
    const x1 = a.left + a.width / 2 - box.left, y1 = a.top - box.top + text.scrollTop;
    const x2 = b.left + b.width / 2 - box.left, y2 = b.top - box.top + text.scrollTop;
    const up = Math.min(y1, y2) - 14;
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", `M${x1},${y1} C${x1},${up} ${x2},${up} ${x2},${y2}`);
    svg.append(path);
  }

  function show(id) {
    clear();
    const figure = mention(id);
    figure.classList.add("chosen");
    const roles = new Map();
    for (const [label, head] of links[id] || []) {
      roles.set(head, [...(roles.get(head) || []), label]);
    }
    for (const [head, labels] of roles) {
      mention(head).classList.add("head");
      mention(head).setAttribute("data-role", labels.map(role).join(" "));
      curve(figure, mention(head));
    }
    const row = rows.find((r) => r.dataset.figure === String(id));
    if (row) { row.classList.add("chosen"); row.setAttribute("aria-current", "true"); }
    return row;
  }

  // What contradicts a figure: its equation and a line in each language.
  function tell(id) {
    const lines = (findings[id] || []).flatMap((said) => [
      ["", said.equation], ["zh", said.zh], ["en", said.en],
    ]);
    finding.replaceChildren(...lines.map(([language, words]) => {
      const line = document.createElement("p");
      line.textContent = words;
      if (language) {
        line.lang = language;
        line.classList.toggle("off", language !== document.documentElement.lang);
      }
      return line;
    }));
    finding.hidden = lines.length === 0;
  }

  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const into = (element) =>
    element && element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });

  function choose(id, fromTable) {
    chosen = id;
    const row = show(id);
    tell(id);
    into(fromTable ? mention(id) : row);
    if (fromTable) mention(id).focus({ preventScroll: true });
  }

  const pressed = (event) => event.key === "Enter" || event.key === " ";
  for (const row of rows) {
    row.addEventListener("click", () => choose(row.dataset.figure, true));
    row.addEventListener("keydown", (e) => { if (pressed(e)) { e.preventDefault(); choose(row.dataset.figure, true); } });
  }
  for (const figure of document.querySelectorAll("mark.figure")) {
    const id = figure.id.slice(1);
    figure.addEventListener("click", () => choose(id, false));
    figure.addEventListener("keydown", (e) => { if (pressed(e)) { e.preventDefault(); choose(id, false); } });
    figure.addEventListener("mouseenter", () => show(id));
    figure.addEventListener("mouseleave", () => (chosen === null ? clear() : show(chosen)));
  }
  addEventListener("keydown", (e) => { if (e.key === "Escape") { chosen = null; clear(); tell(null); } });
  addEventListener("resize", () => chosen !== null && show(chosen));

  const form = document.querySelector("form");
  function filter() {
    const label = form.label.value, section = form.section.value;
    const indicator = form.indicator.value.trim(), least = Number(form.confidence.value);
    let left = 0;
    for (const row of rows) {
      const d = row.dataset;
      row.hidden = (label && d.label !== label) || (section && d.section !== section) ||
        (indicator && !d.words.includes(indicator)) || Number(d.confidence) < least;
      left += !row.hidden;
    }
    form.querySelector("output").value = least.toFixed(2);
    document.querySelectorAll("#count b").forEach((b) => { b.textContent = left; });
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", (e) => e.preventDefault());

  function speak(language) {
    document.documentElement.lang = language;
    document.querySelectorAll("[lang]:not(html)").forEach((e) => e.classList.toggle("off", e.lang !== language));
    if (chosen !== null) show(chosen);
  }
  document.getElementById("language").addEventListener("click", () =>
    speak(document.documentElement.lang === "zh" ? "en" : "zh"));
  document.getElementById("print").addEventListener("click", () => print());
  speak((navigator.language || "zh").startsWith("zh") ? "zh" : "en");
  filter();
})();
