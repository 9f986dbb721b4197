
"use strict";
// Without this script everything is there to read: it only filters, and walks through steps.
(() => {
  const filter = (checklist) => {
    const bar = checklist.querySelector(".filter");
    const state = bar.querySelector(".by-state");
    const text = bar.querySelector(".by-text");
    const said = bar.querySelector(".filtered");
    const items = [...checklist.querySelectorAll(".item")];
    const apply = () => {
      const wanted = text.value.trim().toLowerCase();
      let shown = 0;
      for (const item of items) {
        const fits =
          (!state.value || item.dataset.state === state.value) &&
          (!wanted || item.textContent.toLowerCase().includes(wanted));
        item.hidden = !fits;
        shown += fits ? 1 : 0;
      }
      said.textContent = `${shown} of ${items.length} shown`;
    };
    state.addEventListener("change", apply);
    text.addEventListener("input", apply);
    bar.hidden = false;
    apply();
    return () => {
      state.value = "";
      text.value = "";
      apply();
    };
  };

  const covers = (entry, what) =>
    entry.dataset.level === what.dataset.level &&
    BigInt(entry.dataset.first) <= BigInt(what.dataset.address) &&
    BigInt(what.dataset.address) < BigInt(entry.dataset.end);

  const stepper = (box) => {
    const rows = [...box.querySelectorAll("tr.step")];
    const now = box.querySelector(".now");
    const entries = [...box.parentElement.querySelectorAll("g.entry[data-level]")];
    const first = rows.findIndex((row) => row.classList.contains("first"));
    let at = -1;
    const words = (cell, name) => {
      const what = cell.querySelector(".what");
      return what ? `${name}: ${what.textContent}` : "";
    };
    const go = (to) => {
      if (at >= 0) {
        rows[at].classList.remove("current");
        rows[at].removeAttribute("aria-current");
      }
      at = Math.min(Math.max(to, 0), rows.length - 1);
      const row = rows[at];
      row.classList.add("current");
      row.setAttribute("aria-current", "step");
      row.scrollIntoView({ block: "nearest" });
      const whats = [...row.querySelectorAll(".what[data-level]")];
      for (const entry of entries) {
        entry.classList.toggle("touched", whats.some((what) => covers(entry, what)));
      }
      const cells = row.querySelectorAll("td");
      const told = row.classList.contains("both")
        ? [words(cells[0], "both")]
        : [words(cells[0], "upstream"), words(cells[1], "target")];
      const parted = row.classList.contains("first") ? "; here they part" : "";
      now.textContent = `step ${at + 1} of ${rows.length}${parted}; ${told.filter(Boolean).join("; ")}`;
    };
    const moves = {
      begin: () => go(0),
      back: () => go(at - 1),
      next: () => go(at + 1),
      first: () => go(first < 0 ? 0 : first),
    };
    for (const button of box.querySelectorAll("button[data-go]")) {
      button.addEventListener("click", moves[button.dataset.go]);
    }
    const keys = { ArrowRight: "next", ArrowLeft: "back", Home: "begin" };
    box.addEventListener("keydown", (event) => {
      const move = keys[event.key];
      if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      moves[move]();
    });
    for (const [place, row] of rows.entries()) row.addEventListener("click", () => go(place));
    // A single step is no walk.
    box.querySelector(".controls").hidden = rows.length < 2;
    now.textContent = `${rows.length} steps`;
  };

  const clear = [...document.querySelectorAll(".checklist")].map(filter);
  for (const box of document.querySelectorAll(".stepper")) stepper(box);

  // What a link leads to is opened, and a filter that hides it is taken off.
  const show = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden) for (const one of clear) one();
    for (let one = target; one; one = one.parentElement) {
      if (one instanceof HTMLDetailsElement) one.open = true;
    }
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", show);
  if (location.hash.length > 1) show();
})();
