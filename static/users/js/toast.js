// Shows messages that can be undone as toasts, for some seconds of which those under the pointer or with the
// focus do not count. Without script they are messages like others.
const SECONDS = 8;
const messages = document.querySelector(".messages");

if (messages) {
  const region = document.createElement("div");
  region.className = "toasts";
  region.setAttribute("role", "status");
  document.querySelector("main").append(region);

  const showToasts = () => {
    for (const message of messages.querySelectorAll("[data-toast]")) {
      message.classList.replace("note", "toast");
      region.append(message);
      start(message);
    }
  };
  // A live region announces only what is added to it later.
  requestAnimationFrame(showToasts);
  // A page may get further messages without being loaded again.
  new MutationObserver(showToasts).observe(messages, { childList: true });
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
