"use strict";
(() => {
  // Dash gives a slider no name of its own; that of its group stands beside it.
  const name = () => document.querySelectorAll(".control").forEach((group) =>
    group.querySelectorAll("[role=slider], input, button").forEach((part) =>
      part.setAttribute("aria-label", group.getAttribute("aria-label"))));
  let watched = false;
  const watch = () => {
    if (watched) return;
    watched = true;
    new MutationObserver(name).observe(document.getElementById("controls"), { childList: true, subtree: true });
    name();
  };
  // The table's cells are set here: three hundred Dash components would take longer than the rest.
  const draw = ({ cells, classes, order }) => {
    watch();
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
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { explorer: { draw } });
})();
