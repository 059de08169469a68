"use strict";
(() => {
  const box = document.getElementById("search-box");
  const input = document.getElementById("search");
  const found = document.getElementById("found");
  const sections = [...document.querySelectorAll("section.policy")];
  const texts = sections.map((section) => section.textContent.toLowerCase());
  const entries = new Map(
    [...document.querySelectorAll("[data-for]")].map((entry) => [entry.dataset.for, entry]),
  );
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    sections.forEach((section, index) => {
      const isShown = words.every((word) => texts[index].includes(word));
      section.hidden = !isShown;
      entries.get(section.id).hidden = !isShown;
      count += isShown ? 1 : 0;
    });
    found.textContent = words.length ? `${count} of ${sections.length} policies` : "";
  };
  input.addEventListener("input", filter);
  // A link may lead to a policy that the search hides.
  window.addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.hidden) {
      input.value = "";
      filter();
      target.scrollIntoView();
    }
  });
  box.hidden = false;
  filter();
})();
