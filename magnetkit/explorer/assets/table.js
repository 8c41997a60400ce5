"use strict";
// The table's cells are set here: three hundred Dash components would take longer than the rest.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  explorer: {
    draw({ cells, classes, order }) {
      const rows = cells[0].map((_, r) => {
        const tr = document.createElement("tr");
        cells.forEach((column, c) => {
          const td = document.createElement("td");
          td.className = classes[c];
          td.textContent = column[r];
          tr.append(td);
        });
        return tr;
      });
      document.getElementById("rows").replaceChildren(...rows);
      document.querySelectorAll("thead th").forEach((th, c) => th.setAttribute("aria-sort", order[c]));
      return window.dash_clientside.no_update;
    },
  },
});
