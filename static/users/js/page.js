// What every page does once it is loaded: moves the focus to the summary of mistakes, closes an open menu on
// Escape or a click elsewhere, copies ids, shows passwords, and exact times. `make bundle` writes it to `bundle/page.js`.
import "./times.js";
import { readStored, store } from "./storage.js";

document.querySelector(".summary")?.focus();

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

function checkMark(button) {
  const icon = button.querySelector(".icon").cloneNode(true);
  const use = icon.firstElementChild;
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#check"));
  return icon;
}

// An id, or the URL of a page of ours.
for (const button of document.querySelectorAll("[data-copy], [data-copy-link]")) {
  const { copy, copyLink } = button.dataset;
  const label = [...button.childNodes];
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(copy ?? new URL(copyLink, location.href).href);
    button.replaceChildren(button.querySelector(".icon") ? checkMark(button) : button.dataset.copied);
    setTimeout(() => button.replaceChildren(...label), 2000);
  });
}

for (const button of document.querySelectorAll("[data-show-password]")) {
  const field = document.getElementById(button.getAttribute("aria-controls"));
  const name = button.querySelector(".unseen");
  const names = [name.textContent, button.dataset.hide];
  const show = (isShown) => {
    field.type = isShown ? "text" : "password";
    name.textContent = button.title = names[Number(isShown)];
    button.classList.toggle("is-shown", isShown);
  };
  button.hidden = false;
  button.addEventListener("click", () => show(field.type === "password"));
  // A form is sent with its password hidden again, or browsers keep it among typed texts.
  field.form?.addEventListener("submit", () => show(false));
}

for (const hint of document.querySelectorAll("[data-caps-lock]")) {
  const field = hint.parentElement.querySelector("input");
  for (const kind of ["keydown", "keyup"]) {
    field.addEventListener(kind, (event) => {
      hint.textContent = event.getModifierState?.("CapsLock") ? hint.dataset.capsLock : "";
    });
  }
}

// The form for a new password takes over the email that was typed at the sign-in, once. It is in no URL.
const TYPED_LOGIN = "typed-login";
document.querySelector("[data-forgot]")?.addEventListener("click", (event) => {
  const login = event.target.closest("form").querySelector("[name=login]");
  store("sessionStorage", TYPED_LOGIN, login.value.trim());
});
const email = document.querySelector("[data-takes-login] [name=email]");
if (email) {
  const typed = readStored("sessionStorage", TYPED_LOGIN);
  // A username is no email.
  if (typed?.includes("@")) email.value = typed;
  store("sessionStorage", TYPED_LOGIN, "");
}
