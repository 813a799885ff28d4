import { gettext } from "./gettext.js";
// Suggests users and what may come next in the search boxes, or which key is meant: a list under the field, by the
// pattern of an editable combobox. A user leads to their page, all else takes the place of what is typed. Nothing is
// chosen until an arrow key or the mouse does, so Enter still searches.
const PAUSE = 150;
const KEPT = 50;
const GAP = 4;

for (const input of document.querySelectorAll("input[data-suggest]")) attach(input);

function attach(input) {
  const list = document.createElement("ul");
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", gettext("Suggestions"));
  const said = document.createElement("span");
  said.className = "unseen";
  said.setAttribute("role", "status");
  input.parentElement.classList.add("suggest-place");
  input.after(list, said);
  for (const [name, value] of Object.entries({
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    input.setAttribute(name, value);
  }

  const answers = new Map();
  let answer = null;
  let active = -1;
  let timer = 0;
  let asking = null;

  function close() {
    clearTimeout(timer);
    asking?.abort();
    asking = answer = null;
    list.hidden = true;
    said.textContent = "";
    input.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function activate(index) {
    active = index;
    for (const [number, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(number === index));
    }
    const option = list.children[index];
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function show(found) {
    if (!found.suggestions.length) return close();
    answer = found;
    list.replaceChildren(...found.suggestions.map(optionOf));
    list.style.top = `${input.offsetTop + input.offsetHeight + GAP}px`;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    const count = found.suggestions.length;
    said.textContent = count === 1 ? "1 suggestion" : `${count} suggestions`;
    activate(-1);
  }

  function optionOf(suggestion, index) {
    const option = document.createElement("li");
    option.id = `${list.id}-${index}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const label = document.createElement(suggestion.url ? "b" : "code");
    label.textContent = suggestion.label;
    const detail = document.createElement("span");
    detail.className = "detail";
    detail.textContent = suggestion.detail;
    option.append(label, " ", detail);
    if (suggestion.url) {
      option.classList.add("user");
      const id = document.createElement("code");
      id.textContent = suggestion.id;
      option.append(" ", id);
    }
    option.addEventListener("click", () => take(index));
    return option;
  }

  function take(index) {
    const { start, end, suggestions } = answer;
    close();
    if (suggestions[index].url) {
      // A field that asks for a user takes the ID.
      if ("suggestUser" in input.dataset) return void (input.value = suggestions[index].id);
      return location.assign(suggestions[index].url);
    }
    input.setRangeText(suggestions[index].text, start, end, "end");
    // The end of what was written may lie outside of a narrow box.
    input.scrollLeft = input.scrollWidth;
    ask();
  }

  // Only the latest question counts: what was asked before is called off.
  async function ask() {
    clearTimeout(timer);
    asking?.abort();
    const text = input.value;
    const at = input.selectionStart;
    const place = `${at} ${text}`;
    if (at !== input.selectionEnd) return close();
    if (answers.has(place)) return show(answers.get(place));
    const mine = (asking = new AbortController());
    try {
      const url = new URL(input.dataset.suggest, location.href);
      url.searchParams.set("q", text);
      url.searchParams.set("at", at);
      const given = await fetch(url, { signal: mine.signal });
      // Signed out meanwhile, or the server is busy: one can do without suggestions.
      if (!given.ok || given.redirected) return close();
      const found = await given.json();
      if (asking !== mine) return;
      if (found.is_complete) answers.set(place, found);
      if (answers.size > KEPT) answers.delete(answers.keys().next().value);
      show(found);
    } catch {
      if (asking === mine) close();
    }
  }

  function move(step) {
    const count = list.children.length;
    activate(active < 0 && step < 0 ? count - 1 : (active + step + count) % count);
  }

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    asking?.abort();
    if (!event.isComposing && input.value.trim()) timer = setTimeout(ask, PAUSE);
    else close();
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen) move(event.key === "ArrowDown" ? 1 : -1);
      else ask();
    } else if (event.key === "Escape") {
      // What was typed stays, which a browser would clear; and where there is a list, so does the focus.
      event.preventDefault();
      if (isOpen) event.stopPropagation();
      close();
    } else if (isOpen && active >= 0 && !event.shiftKey && ["Enter", "Tab"].includes(event.key)) {
      event.preventDefault();
      take(active);
    } else if (isOpen && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      close();
    }
  });

  // The list takes no focus away; and with the focus goes the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  input.addEventListener("blur", close);
  input.addEventListener("pointerdown", close);
  input.form?.addEventListener("submit", close);
}
