"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  // Figures, each drawn when it first comes near the window.
  const draw = (place) => {
    if (place.dataset.drawn) return;
    place.dataset.drawn = "1";
    const figure = data.figures[place.dataset.figure];
    const options = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d"] };
    place.replaceChildren();
    if (place.clientWidth < 560) {
      figure.layout.margin = { ...figure.layout.margin, l: 45, r: 8 };
      figure.layout.font = { ...figure.layout.font, size: 11 };
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

  // The table of candidates: sorted, filtered and shown a page at a time.
  const { columns, rows } = data.table;
  const shown = columns.filter((c) => c.shown);
  const byName = Object.fromEntries(columns.map((c) => [c.name, c]));
  const value = (column, row) => column.texts ? column.texts[column.values[row]] : column.values[row];
  const words = Array.from({ length: rows }, (_, r) =>
    columns.filter((c) => c.text).map((c) => value(c, r)).join(" ").toLowerCase());
  const find = (id) => document.getElementById(id);
  const size = 25;
  let order = Array.from({ length: rows }, (_, r) => r);
  let kept = order, page = 0, sorted = "rank", direction = 1;

  const format = (v) => v === null ? "–" : String(v).replace("-", "−");
  const cell = (column, row) => {
    const td = document.createElement("td");
    td.textContent = column.text ? value(column, row) : format(value(column, row));
    if (column.text) td.className = "text";
    const lo = byName[column.name + "_lo"];
    if (lo && lo.values[row] !== null) {
      const range = document.createElement("small");
      range.textContent = `${format(lo.values[row])} to ${format(byName[column.name + "_hi"].values[row])}`;
      td.append(range);
    }
    return td;
  };
  const show = () => {
    const pages = Math.max(1, Math.ceil(kept.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    const body = document.createDocumentFragment();
    for (const row of kept.slice(page * size, (page + 1) * size)) {
      const tr = document.createElement("tr");
      shown.forEach((column) => tr.append(cell(column, row)));
      body.append(tr);
    }
    find("rows").replaceChildren(body);
    find("count").textContent = `${kept.length.toLocaleString("en")} of ${rows.toLocaleString("en")} candidates, page ${page + 1} of ${pages}`;
    find("before").disabled = page === 0;
    find("after").disabled = page === pages - 1;
  };
  const limit = (id) => { const v = parseFloat(find(id).value); return Number.isNaN(v) ? null : v; };
  const filter = () => {
    const wanted = find("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const name = find("limited").value, least = limit("least"), most = limit("most");
    const values = byName[name].values;
    kept = order.filter((r) =>
      wanted.every((w) => words[r].includes(w)) &&
      (least === null || (values[r] !== null && values[r] >= least)) &&
      (most === null || (values[r] !== null && values[r] <= most)));
    page = 0;
    show();
  };
  const compare = (column) => (a, b) => {
    const x = value(column, a), y = value(column, b);
    if (x === y) return a - b;
    if (x === null) return 1;
    if (y === null) return -1;
    return direction * (x < y ? -1 : 1);
  };
  const sort = (name) => {
    direction = sorted === name ? -direction : 1;
    sorted = name;
    order = [...order].sort(compare(byName[name]));
    document.querySelectorAll("#heads th").forEach((th) => {
      if (th.dataset.name === name) th.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      else th.removeAttribute("aria-sort");
    });
    filter();
  };
  for (const column of shown) {
    const th = document.createElement("th"), button = document.createElement("button");
    th.scope = "col";
    th.dataset.name = column.name;
    if (column.text) th.className = "text";
    button.type = "button";
    button.textContent = column.label;
    button.title = `Sort by ${column.title}`;
    button.addEventListener("click", () => sort(column.name));
    th.append(button);
    if (column.unit) {
      const unit = document.createElement("small");
      unit.textContent = column.unit;
      th.append(unit);
    }
    if (column.name === sorted) th.setAttribute("aria-sort", "ascending");
    find("heads").append(th);
    if (!column.text) find("limited").append(new Option(column.title, column.name));
  }
  ["search", "limited", "least", "most"].forEach((id) => find(id).addEventListener("input", filter));
  find("before").addEventListener("click", () => { page -= 1; show(); });
  find("after").addEventListener("click", () => { page += 1; show(); });

  // A cell that starts like a formula would be run by a spreadsheet program.
  const csvCell = (v, text) => {
    if (v === null) return "";
    const plain = text && /^[=+\-@\t\r]/.test(v) ? "'" + v : String(v);
    return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  find("download").addEventListener("click", () => {
    const lines = [columns.map((c) => c.name).join(",")];
    kept.forEach((r) => lines.push(columns.map((c) => csvCell(value(c, r), c.text)).join(",")));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "text/csv" }));
    link.download = "candidates.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  show();
})();
