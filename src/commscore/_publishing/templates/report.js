(() => {
  "use strict";
  const FEW = 8;
  const words = document.body.dataset;
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  const valueOf = (row, at) => {
    const cell = row.cells[at];
    return "v" in cell.dataset ? Number(cell.dataset.v) : cell.textContent.trim();
  };

  // Blanks come last whichever way; numbers before texts.
  const compare = (a, b, way) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    if (typeof a === "number" && typeof b === "number") return way * (a - b);
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return way * collator.compare(a, b);
  };

  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [valueOf(row, at), row]);
        rows.sort((one, other) => compare(one[0], other[0], way));
        body.append(...rows.map((pair) => pair[1]));
      });
    });
  };

  const filterable = (table) => {
    const rows = [...table.tBodies[0].rows];
    const line = document.createElement("div");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const output = document.createElement("output");
    line.className = "filter";
    label.textContent = words.filter;
    label.htmlFor = input.id = table.id + "-f";
    input.type = "search";
    input.setAttribute("aria-describedby", table.id + "-c");
    output.htmlFor = input.id;
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const show = () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      rows.forEach((row, at) => {
        row.hidden = !texts[at].includes(wanted);
        shown += row.hidden ? 0 : 1;
      });
      output.textContent = words.shown.replace("{shown}", shown).replace("{all}", rows.length);
    };
    input.addEventListener("input", show);
    show();
    line.append(label, input, output);
    table.parentElement.before(line);
  };

  for (const table of document.querySelectorAll("table.data:not(.plain)")) {
    if (table.tBodies[0].rows.length > 1) sortable(table);
    if (table.tBodies[0].rows.length > FEW) filterable(table);
  }

  // Long lists of areas are printed where a reader has opened them; all else is, in any case.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open]):not(.many, .many details)")];
    closed.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
})();
