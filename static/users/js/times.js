// Times on the page: the exact local time on hover, and by a switch in place of "4 minutes ago". The browser stores
// the choice.
import { readStored, store } from "./storage.js";

const KEY = "exact-times";
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

const times = [...document.querySelectorAll("time[datetime]")].map((element) => {
  const at = new Date(element.dateTime);
  const utc = element.title;
  const exact = Number.isNaN(Number(at)) ? "" : EXACT.format(at);
  if (exact) element.title = utc ? `${exact} (${utc})` : exact;
  return { element, relative: element.textContent, exact };
});
const buttons = document.querySelectorAll("[data-exact-times]");

function show(isExact) {
  for (const { element, relative, exact } of times) element.textContent = isExact && exact ? exact : relative;
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
show(readStored("localStorage", KEY) === "yes");
