// The order of rules by drag, and by the two buttons of each without loading the page again. Without script the buttons
// post the form.
import { gettext } from "./gettext.js";

const form = document.querySelector("[data-rule-order]");
const body = form.querySelector("tbody");
const said = form.querySelector("[data-said]");
let dragged = null;
let before = "";

const order = () => [...body.rows].map((row) => row.id).join(" ");

for (const row of body.rows) {
  const grip = row.querySelector("[data-grip]");
  grip.hidden = false;
  grip.addEventListener("pointerdown", () => {
    row.draggable = true;
  });
  grip.addEventListener("pointerup", () => {
    row.draggable = false;
  });
  row.addEventListener("dragstart", (event) => {
    dragged = row;
    before = order();
    row.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.name);
  });
  row.addEventListener("dragend", () => {
    row.draggable = false;
    row.classList.remove("is-dragged");
    dragged = null;
    if (order() !== before) save(row);
  });
}

body.addEventListener("dragover", (event) => {
  if (!dragged) return;
  event.preventDefault();
  const over = event.target.closest("tr");
  if (!over || over === dragged) return;
  const { top, height } = over.getBoundingClientRect();
  if (event.clientY < top + height / 2) over.before(dragged);
  else over.after(dragged);
});
body.addEventListener("drop", (event) => event.preventDefault());

form.addEventListener("submit", (event) => {
  const { submitter } = event;
  if (!["up", "down"].includes(submitter?.name)) return;
  event.preventDefault();
  const row = submitter.closest("tr");
  const next = submitter.name === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (!next) return;
  if (submitter.name === "up") next.before(row);
  else next.after(row);
  submitter.focus();
  save(row);
});

async function save(row) {
  for (const [index, one] of [...body.rows].entries()) {
    one.querySelector("[data-position]").textContent = String(index + 1);
    setDisabled(one.querySelector("[name=up]"), index === 0);
    setDisabled(one.querySelector("[name=down]"), index === body.rows.length - 1);
  }
  form.elements.order.value = order();
  const data = new FormData(form);
  try {
    const answer = await fetch(location.pathname, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Another user has created or deleted a rule: the page of the server shows what there is.
    if (page.querySelector("[name=order]")?.value !== order()) return location.reload();
    const position = [...body.rows].indexOf(row) + 1;
    said.textContent = gettext("%(name)s is now rule %(position)s.", { name: row.dataset.name, position });
  } catch {
    location.reload();
  }
}

function setDisabled(button, isDisabled) {
  if (isDisabled) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}
