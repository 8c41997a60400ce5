"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  // Figures, each drawn when it first comes near the window.
  const draw = (place) => {
    if (place.dataset.drawn) return;
    place.dataset.drawn = "1";
    const figure = data.figures[place.dataset.figure];
    const options = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d", "sendChartToCloud"] };
    place.replaceChildren();
    if (place.clientWidth < 560) {
      if (!figure.layout.ternary) figure.layout.margin = { ...figure.layout.margin, l: 45, r: 8 };
      figure.layout.font = { ...figure.layout.font, size: 11 };
      // Names would lie on each other; the point says its own when touched.
      figure.data.filter((t) => t.mode === "markers+text").forEach((t) => { t.mode = "markers"; });
      const below = { orientation: "h", thickness: 10, y: -0.22, yanchor: "top" };
      const bars = [figure.layout.coloraxis, ...figure.data.map((t) => t.marker)].filter((m) => m && m.colorbar);
      bars.forEach((m) => {
        m.colorbar = { ...m.colorbar, ...below, title: { ...m.colorbar.title, side: "top" } };
        figure.layout.legend.y = -0.5;
        figure.layout.height += 60;
      });
      figure.layout.height += 22 * figure.data.filter((t) => t.showlegend !== false).length;
    }
    Plotly.newPlot(place, figure.data, figure.layout, options);
  };
  const places = [...document.querySelectorAll("[data-figure]")];
  if ("IntersectionObserver" in window) {
    const watcher = new IntersectionObserver(
      (seen) => seen.filter((s) => s.isIntersecting).forEach((s) => { watcher.unobserve(s.target); draw(s.target); }),
      { rootMargin: "600px" });
    places.forEach((place) => watcher.observe(place));
  } else places.forEach(draw);
  addEventListener("beforeprint", () => places.forEach(draw));

  // The table of candidates; a value that is not known sorts last either way.
  const { columns, rows } = data.table;
  const at = Object.fromEntries(columns.map((c, i) => [c.name, i]));
  const value = (column, row) => column.texts ? column.texts[column.values[row]] : column.values[row];
  const cells = Array.from({ length: rows }, (_, r) => columns.map((c) => value(c, r)));
  const texts = columns.flatMap((c, i) => c.text ? [i] : []);
  const words = cells.map((row) => texts.map((i) => row[i]).join("\n").toLowerCase());
  // Three digits, as in the table of the best; the download keeps four.
  const rounded = (v) => Math.abs(v) < 100 ? Number(v.toPrecision(3)) : Math.round(v);
  const format = (v) => v === null ? "–" : String(rounded(v)).replace("-", "−");
  const make = (name, properties, ...inside) => {
    const made = document.createElement(name);
    for (const [key, v] of Object.entries(properties)) key in made ? made[key] = v : made.setAttribute(key, v);
    made.append(...inside);
    return made;
  };

  const LENGTH = 25;
  const signs = { "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b, "=": (a, b) => a === b };
  const table = document.getElementById("table");
  const filters = columns.map(() => null);
  let sorted = { column: at.rank, sign: 1 }, page = 0, kept = [];

  // What a column's filter keeps: a part of a text, or numbers such as "<= 2".
  const filter = (column, said) => {
    const wanted = said.trim().toLowerCase();
    if (column.text) return wanted && ((v) => v.toLowerCase().includes(wanted));
    const [, sign, number] = wanted.match(/^([<>]=?|=?)\s*([-+.\de]+)$/) || [];
    return number && ((v) => v !== null && signs[sign || "="](v, Number(number)));
  };
  const cell = (column, row) => {
    const v = row[at[column.name]], lo = row[at[column.name + "_lo"]];
    const shown = make("td", { className: column.className }, column.text ? v : format(v));
    if (lo !== undefined && lo !== null) shown.append(make("small", {}, `${format(lo)} to ${format(row[at[column.name + "_hi"]])}`));
    return shown;
  };
  const draw_table = () => {
    const asked = search.value.toLowerCase().split(/\s+/);
    const { column, sign } = sorted;
    const order = columns[column].text ? (a, b) => sign * a.localeCompare(b) : (a, b) => a === b ? 0 : a === null ? 1 : b === null ? -1 : sign * (a - b);
    kept = cells.filter((row, r) => asked.every((w) => words[r].includes(w)) && filters.every((f, i) => !f || f(row[i])));
    kept.sort((a, b) => order(a[column], b[column]));
    const pages = Math.max(1, Math.ceil(kept.length / LENGTH));
    page = Math.min(Math.max(page, 0), pages - 1);
    [...table.tHead.rows[0].cells].forEach((h) => { h.setAttribute("aria-sort", h.column !== column ? "none" : sign > 0 ? "ascending" : "descending"); });
    table.tBodies[0].replaceChildren(...kept.slice(page * LENGTH, (page + 1) * LENGTH).map((row) => make("tr", {}, ...visible.map((c) => cell(c, row)))));
    info.textContent = kept.length ? `${kept.length} of ${rows} candidates, page ${page + 1} of ${pages}` : "No candidate fits";
    [back.disabled, on.disabled] = [page === 0, page === pages - 1];
  };
  const anew = () => { page = 0; draw_table(); };
  const turn = (pages) => { page += pages; draw_table(); };
  const sort = (column) => {
    sorted = { column, sign: sorted.column === column ? -sorted.sign : 1 };
    anew();
  };
  const head = (column) => {
    const i = at[column.name];
    const title = make("button", { type: "button", title: column.title, onclick: () => sort(i) }, column.label);
    if (column.unit) title.append(make("small", {}, column.unit));
    const input = make("input", { type: "text", size: 4, placeholder: column.text ? "text" : "≤ ≥", "aria-label": `Filter by ${column.title}` });
    input.oninput = () => { filters[i] = filter(column, input.value.replace("≤", "<=").replace("≥", ">=")); anew(); };
    return Object.assign(make("th", { scope: "col", className: column.className }, title, input), { column: i });
  };
  // A spreadsheet program runs what starts with one of these.
  const quoted = (v) => v === null ? "" : typeof v === "number" ? v : `"${v.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
  const download = () => {
    const lines = [columns.map((c) => c.name), ...kept.map((row) => row.map(quoted))];
    const link = make("a", { download: "candidates.csv", href: URL.createObjectURL(new Blob([lines.join("\r\n") + "\r\n"], { type: "text/csv" })) });
    link.click();
    URL.revokeObjectURL(link.href);
  };

  columns.forEach((c) => { c.className = (c.text ? "text" : "") + (c.name === "candidate" ? " name" : "") + (c.minor ? " minor" : ""); });
  const visible = columns.filter((c) => c.shown);
  const search = make("input", { type: "search", id: "search", oninput: anew });
  const info = make("span", { id: "info", role: "status" });
  const button = (text, onclick, id) => make("button", { type: "button", id, onclick }, text);
  const back = button("Back", () => turn(-1), "back"), on = button("On", () => turn(1), "on");
  table.tHead.replaceChildren(make("tr", {}, ...visible.map(head)));
  table.parentElement.before(make("p", { className: "tools" }, make("label", { htmlFor: "search" }, "Search (element, host, formula) "), search, button("Download CSV", download, "download")));
  table.parentElement.after(make("p", { className: "tools" }, info, back, on));
  draw_table();
})();
