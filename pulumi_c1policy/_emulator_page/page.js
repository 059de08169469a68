"use strict";
(() => {
  const body = document.getElementById("requests-body");
  const count = document.getElementById("requests-count");
  const changed = document.getElementById("changed");
  const { version, changes } = document.body.dataset;
  let shown = "";
  const makeRow = (texts) => {
    const row = document.createElement("tr");
    for (const text of texts) {
      const cell = document.createElement("td");
      cell.textContent = text;
      row.append(cell);
    }
    return row;
  };
  const update = async () => {
    if (document.hidden) return;
    const answer = await fetch(changes).catch(() => null);
    if (!answer?.ok) return;
    const found = await answer.json();
    changed.hidden = found.version === version;
    const text = JSON.stringify(found.requests);
    if (text === shown) return;
    shown = text;
    count.textContent = found.count;
    body.replaceChildren(...found.requests.map(makeRow));
  };
  setInterval(update, 1000);
})();
