// What every page does once it is there: lead people who made a mistake to its summary, close
// an open menu with Escape, copy ids, and show passwords.
document.querySelector(".summary")?.focus();

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// An id, or the address of a page of ours.
for (const button of document.querySelectorAll("[data-copy], [data-copy-link]")) {
  const label = button.textContent;
  const { copy, copyLink } = button.dataset;
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(copy ?? new URL(copyLink, location.href).href);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = label), 2000);
  });
}

for (const field of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link show-password";
  button.textContent = "Show password";
  button.setAttribute("aria-controls", field.id);
  const hint = document.createElement("span");
  hint.className = "help";
  hint.setAttribute("role", "status");
  field.after(button, hint);
  button.addEventListener("click", () => {
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.textContent = isShown ? "Show password" : "Hide password";
  });
  // A form is sent with its password hidden again, or browsers keep it among typed texts.
  field.form?.addEventListener("submit", () => (field.type = "password"));
  for (const kind of ["keydown", "keyup"]) {
    field.addEventListener(kind, (event) => {
      hint.textContent = event.getModifierState?.("CapsLock") ? "Caps Lock is on." : "";
    });
  }
}
