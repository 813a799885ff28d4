// The exact local time of each `<time>`: as its title, and by a switch, where the page has one, in place of
// "4 minutes ago". The browser stores the choice.
import { readStored, store } from "./storage.js";

const KEY = "exact-times";
// A date without a time of day is the same everywhere.
const TIMES = "time[datetime*=T]";
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const titled = new WeakSet();
const relative = new Map();
const buttons = document.querySelectorAll("[data-exact-times]");

const exactTime = (element) => EXACT.format(new Date(element.dateTime));

// When the pointer comes and not before: so it holds for rows that scripts add later, and costs nothing else.
document.addEventListener("pointerover", ({ target }) => {
  const element = target.closest(TIMES);
  if (!element || titled.has(element)) return;
  titled.add(element);
  element.title = exactTime(element) + (element.title ? ` (${element.title})` : "");
});

function show(isExact) {
  for (const element of document.querySelectorAll(TIMES)) {
    if (!relative.has(element)) relative.set(element, element.textContent);
    element.textContent = isExact ? exactTime(element) : relative.get(element);
  }
  for (const button of buttons) {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(isExact));
  }
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    const isExact = button.getAttribute("aria-pressed") !== "true";
    store("localStorage", KEY, isExact ? "yes" : "");
    show(isExact);
  });
}
if (buttons.length) show(readStored("localStorage", KEY) === "yes");
