// The list of users: selects rows, edits a cell in a dialog, and remembers the search for "‹ Users".
import { store } from "./storage.js";

const list = document.querySelector("[data-list]");
const bulk = document.querySelector("#bulk");
const all = bulk?.elements.all;
const tickAll = list.querySelector("[data-tick-all]");
const said = list.querySelector("[data-ticked]");
let last = null;

// A user's page leads back to the search and not to all users.
store("sessionStorage", "users-list", location.search);

const ticks = () => [...list.querySelectorAll("tbody .tick")];

// What CSS shows by a counter, for screen readers; and all that match are no longer meant with a row unticked.
function showTicked() {
  const boxes = ticks();
  const count = boxes.filter((box) => box.checked).length;
  if (all && count < boxes.length) all.checked = false;
  tickAll.checked = count === boxes.length;
  tickAll.indeterminate = count > 0 && count < boxes.length;
  if (all?.checked) said.textContent = bulk.querySelector(".bulk-all").textContent;
  else said.textContent = count ? `${count} ${bulk.querySelector(".bulk-some").textContent}` : "";
}

if (bulk) {
  tickAll.hidden = false;
  // A page that the browser shows again keeps its ticks.
  showTicked();
  addEventListener("pageshow", showTicked);
  tickAll.addEventListener("change", () => {
    for (const box of ticks()) box.checked = tickAll.checked;
    showTicked();
  });
  list.addEventListener("click", (event) => {
    const box = event.target.closest("tbody .tick");
    if (!box) return;
    // With Shift all rows up to the one ticked before.
    if (event.shiftKey && last?.isConnected) {
      const boxes = ticks();
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
    }
    last = box;
    showTicked();
  });
  all?.addEventListener("change", () => {
    if (all.checked) for (const box of ticks()) box.checked = true;
    showTicked();
  });
  bulk.addEventListener("reset", () => setTimeout(showTicked));
  // All that match need no list of those ticked.
  bulk.addEventListener("submit", () => {
    if (all?.checked) for (const box of ticks()) box.disabled = true;
    setTimeout(() => ticks().forEach((box) => (box.disabled = false)));
  });
}

// The form of a cell is a page of its own; here it opens in a dialog, and only its row is drawn again.
const dialog = document.createElement("dialog");
dialog.className = "dialog";
list.append(dialog);

async function read(url, options) {
  const answer = await fetch(url, options);
  return [answer, new DOMParser().parseFromString(await answer.text(), "text/html")];
}

function showForm(form, url) {
  form.action = url;
  dialog.setAttribute("aria-label", form.querySelector("h2").textContent);
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
  (form.querySelector(".summary") ?? form.elements.value).focus();
  form.elements.value.select?.();
}

// The cell as the list shows it now, and what was said of the change. A user who no longer matches is gone.
function update(page, cell) {
  const row = cell.closest("tr");
  const fresh = page.querySelector(`tr[data-user="${row.dataset.user}"]`)?.cells[cell.cellIndex];
  if (fresh) cell.replaceWith(fresh);
  else row.remove();
  document.querySelector(".messages").replaceChildren(...page.querySelector(".messages").childNodes);
  fresh?.querySelector("[data-cell]")?.focus();
  if (bulk) showTicked();
}

list.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-cell]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const [, page] = await read(link.href);
  const form = page.querySelector("[data-cell-form]");
  // Signed out, or no longer permitted: the page says so.
  if (!form) return location.assign(link.href);
  const cell = link.closest("td");
  dialog.onsubmit = async (submitted) => {
    submitted.preventDefault();
    const body = new FormData(submitted.target, submitted.submitter);
    const [answer, next] = await read(submitted.target.action, { method: "POST", body });
    const refused = next.querySelector("[data-cell-form]");
    if (refused) return showForm(refused, link.href);
    if (!answer.ok) return location.assign(link.href);
    dialog.close();
    update(next, cell);
  };
  showForm(form, link.href);
});
dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});
