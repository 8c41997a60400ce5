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
      figure.layout.margin = { ...figure.layout.margin, l: 45, r: 8 };
      figure.layout.font = { ...figure.layout.font, size: 11 };
      // Names would lie on each other; the point says its own when touched.
      if (place.dataset.figure === "section") figure.data.filter((t) => t.mode === "markers+text").forEach((t) => { t.mode = "markers"; });
      const below = { orientation: "h", thickness: 10, y: -0.22, yanchor: "top" };
      const bars = [figure.layout.coloraxis, ...figure.data.map((t) => t.marker)].filter((m) => m && m.colorbar);
      bars.forEach((m) => {
        m.colorbar = { ...m.colorbar, ...below, title: { ...m.colorbar.title, side: "top" } };
        figure.layout.legend.y = -0.5;
        figure.layout.height += 60;
      });
    }
    // The legend takes a line for each entry.
    if (place.clientWidth < 900) figure.layout.height += 22 * figure.data.filter((t) => t.showlegend !== false).length;
    Plotly.newPlot(place, figure.data, figure.layout, options);
  };
  const places = [...document.querySelectorAll("[data-figure]")];
  if ("IntersectionObserver" in window) {
    const watcher = new IntersectionObserver(
      (seen) => seen.filter((s) => s.isIntersecting).forEach((s) => { watcher.unobserve(s.target); draw(s.target); }),
      { rootMargin: "600px" });
    places.forEach((place) => watcher.observe(place));
  } else places.forEach(draw);
  // A figure has the width of the window that it was drawn in: on paper it takes that of the page,
  // 180 mm at 96 dots an inch, whatever the window.
  const paper = 660;
  addEventListener("beforeprint", () => places.forEach((place) => {
    draw(place);
    Plotly.relayout(place, { width: paper, autosize: false });
  }));
  addEventListener("afterprint", () => places.forEach((place) => Plotly.relayout(place, { width: null, autosize: true })));

  // The table of candidates: searched, filtered and sorted by column; an unknown value comes last.
  const { columns, rows } = data.table;
  const named = Object.fromEntries(columns.map((c) => [c.name, c]));
  const value = (column, row) => column.texts ? column.texts[column.values[row]] : column.values[row];
  // Three digits, as in the table of the best; the download keeps four.
  const rounded = (v) => Math.abs(v) < 100 ? Number(v.toPrecision(3)) : Math.round(v);
  const format = (v) => {
    if (v === null) return "–";
    if (v !== 0 && Math.abs(v) < 0.001) return v > 0 ? "< 0.001" : "> −0.001";
    return String(rounded(v)).replace("-", "−");
  };
  const table = document.getElementById("table"), body = table.createTBody();
  const heads = [...table.tHead.rows[0].cells], texts = columns.filter((c) => c.text), size = 25;
  const [search, count, before, after] = ["search", "count", "before", "after"].map((id) => document.getElementById(id));
  let by = named.rank, sign = 1, page = 0, kept = [];

  const signs = {
    "<": (v, x) => v < x, "<=": (v, x) => v <= x, "≤": (v, x) => v <= x,
    ">": (v, x) => v > x, ">=": (v, x) => v >= x, "≥": (v, x) => v >= x,
  };
  // What a column's field asks of a value: a part of a text, a limit, or a number as it is shown.
  const wish = (column, asked) => {
    if (column.text) return (v) => v.toLowerCase().includes(asked.toLowerCase());
    const [, sign, limit] = asked.match(/^([<>]=?|[≤≥])?\s*([-−]?[\d.]+)$/) ?? [];
    const x = Number(limit?.replace("−", "-"));
    return (v) => v !== null && (sign ? signs[sign](v, x) : format(v) === format(x));
  };
  const cell = (head, row) => {
    const td = document.createElement("td"), column = named[head.dataset.name], own = value(column, row);
    td.className = head.className;
    td.textContent = column.text ? own : format(own);
    const [low, high] = ["lo", "hi"].map((end) => named[`${column.name}_${end}`]);
    if (low && value(low, row) !== null) {
      const range = document.createElement("small");
      range.textContent = `${format(value(low, row))} to ${format(value(high, row))}`;
      td.append(range);
    }
    return td;
  };
  const show = () => {
    const pages = Math.max(1, Math.ceil(kept.length / size));
    body.replaceChildren(...kept.slice(page * size, (page + 1) * size).map((row) => {
      const tr = document.createElement("tr");
      tr.append(...heads.map((head) => cell(head, row)));
      return tr;
    }));
    count.textContent = kept.length ? `${kept.length} of ${rows} candidates, page ${page + 1} of ${pages}` : "No candidate fits";
    [before.disabled, after.disabled] = [page === 0, page === pages - 1];
  };
  const choose = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wishes = heads.flatMap((head) => {
      const column = named[head.dataset.name], asked = head.querySelector("input").value.trim();
      return asked ? [[column, wish(column, asked)]] : [];
    });
    const order = (a, b) => a === b ? 0 : a === null ? 1 : b === null ? -1 : sign * (a < b ? -1 : 1);
    kept = Array.from({ length: rows }, (_, row) => row).filter((row) => {
      const all = words.length ? texts.map((c) => value(c, row).toLowerCase()).join(" ") : "";
      return words.every((word) => all.includes(word)) && wishes.every(([c, fits]) => fits(value(c, row)));
    }).sort((a, b) => order(value(by, a), value(by, b)));
    heads.forEach((head) => { head.ariaSort = head.dataset.name !== by.name ? "none" : sign > 0 ? "ascending" : "descending"; });
    page = 0;
    show();
  };
  heads.forEach((head) => {
    head.querySelector("input").addEventListener("input", choose);
    head.querySelector("button").addEventListener("click", () => {
      const column = named[head.dataset.name];
      [by, sign] = [column, column === by ? -sign : 1];
      choose();
    });
  });
  search.addEventListener("input", choose);
  before.addEventListener("click", () => { page -= 1; show(); });
  after.addEventListener("click", () => { page += 1; show(); });
  document.getElementById("download").addEventListener("click", () => {
    // A spreadsheet program runs a text that begins so.
    const field = (v) => v === null ? "" : typeof v === "number" ? v : `"${v.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
    const lines = [columns.map((c) => c.name), ...kept.map((row) => columns.map((c) => field(value(c, row))))];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.map((line) => line.join(",")).join("\n") + "\n"], { type: "text/csv" }));
    link.download = "candidates.csv";
    link.click();
  });
  choose();
})();
