// Shows messages that can be undone as toasts, for some seconds of which those under the pointer or with the
// focus do not count. Without script they are messages like others.
const SECONDS = 8;
const messages = [...document.querySelectorAll("[data-toast]")];

if (messages.length > 0) {
  const region = document.createElement("div");
  region.className = "toasts";
  region.setAttribute("role", "status");
  document.querySelector("main").append(region);
  // A live region announces only what is added to it later.
  requestAnimationFrame(() => {
    for (const message of messages) {
      message.classList.replace("note", "toast");
      region.append(message);
      start(message);
    }
  });
}

function start(toast) {
  let left = SECONDS * 1000;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (!document.hidden && !toast.matches(":hover, :focus-within")) left -= now - last;
    last = now;
    if (left <= 0) close();
  }, 200);

  function close() {
    clearInterval(timer);
    // The focus must not be lost with the element that has it.
    if (toast.contains(document.activeElement)) document.querySelector("main").focus();
    toast.remove();
  }

  const button = toast.querySelector("[data-close]");
  button.hidden = false;
  button.addEventListener("click", close);
  toast.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
}
