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

  // The table of candidates is a DataTable; a value that is not known sorts last either way.
  const { columns, rows } = data.table;
  const at = Object.fromEntries(columns.map((c, i) => [c.name, i]));
  const value = (column, row) => column.texts ? column.texts[column.values[row]] : column.values[row];
  const cells = Array.from({ length: rows }, (_, r) => columns.map((c) => value(c, r)));
  // Three digits, as in the table of the best; the download keeps four.
  const rounded = (v) => Math.abs(v) < 100 ? Number(v.toPrecision(3)) : Math.round(v);
  const format = (v) => v === null ? "–" : String(rounded(v)).replace("-", "−");

  const table = (DataTable) => {
    const escaped = DataTable.util.escapeHtml;
    const known = (sign) => (a, b) => a === b ? 0 : a === null ? 1 : b === null ? -1 : sign * (a - b);
    DataTable.type("num-known", { order: { asc: known(1), desc: known(-1) } });
    const text = (v, kind) => {
      if (kind === "display") return escaped(v);
      // Buttons quotes what starts with = or @; a spreadsheet program also runs + and -.
      return kind === "export" && /^[+-]/.test(v) ? "'" + v : v;
    };
    const number = (column) => (v, kind, row) => {
      if (kind === "export") return v === null ? "" : v;
      if (kind !== "display") return v;
      const lo = row[at[column.name + "_lo"]];
      if (lo === undefined || lo === null) return format(v);
      return `${format(v)}<small>${format(lo)} to ${format(row[at[column.name + "_hi"]])}</small>`;
    };
    new DataTable("#table", {
      data: cells,
      columns: columns.map((c) => ({
        name: c.name,
        ariaTitle: c.title,
        visible: c.shown,
        type: c.text ? "string" : "num-known",
        className: (c.text ? "text" : "") + (c.name === "candidate" ? " name" : "") + (c.minor ? " minor" : ""),
        render: c.text ? text : number(c),
        columnControl: [{ extend: "dropdown", icon: "search", text: `Filter by ${c.title}`, content: [c.text ? "searchText" : "searchNumber"] }],
      })),
      order: [[at.rank, "asc"]],
      pageLength: 25,
      autoWidth: false,
      language: {
        search: "Search (element, host, formula)",
        info: "_TOTAL_ of _MAX_ candidates, page _PAGE_ of _PAGES_",
        infoEmpty: "No candidate fits",
        infoFiltered: "",
        zeroRecords: "No candidate fits the filters.",
      },
      layout: {
        topStart: "search",
        topEnd: {
          buttons: [{
            extend: "csvHtml5",
            text: "Download CSV",
            filename: "candidates",
            title: null,
            exportOptions: {
              columns: columns.map((_, i) => i),
              orthogonal: "export",
              escapeExcelFormula: true,
              format: { header: (_, i) => columns[i].name, body: (v) => v },
            },
          }],
        },
        bottomStart: "info",
        bottomEnd: "paging",
      },
    });
    const wide = document.querySelector("#table_wrapper .dt-layout-table");
    wide.classList.add("wide");
    Object.entries({ role: "region", "aria-label": "Candidates", tabindex: "0" }).forEach((pair) => wide.setAttribute(...pair));
  };
  // DataTables comes as a module, which the page carries as text so that it stays one file.
  const code = new Blob([document.getElementById("datatables").textContent], { type: "text/javascript" });
  import(URL.createObjectURL(code)).then((module) => table(module.default));
})();
