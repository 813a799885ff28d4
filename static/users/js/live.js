// Brings up to date the part of a page that changes by itself, until nothing changes any more.
// It reads the page itself again, so a plain reload shows the same.
const SECONDS = 2;
const part = document.querySelector("[data-live]");
const status = document.querySelector("[data-live-said]");
const JOBS = '.side-link[href$="/jobs/"]';

async function read() {
  const answer = await fetch(location.href, { cache: "no-store" });
  // Signed out or gone meanwhile: a reload tells better.
  if (!answer.ok || answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // How many jobs run.
  document.querySelector(JOBS)?.replaceChildren(...page.querySelector(JOBS).childNodes);
  return page.querySelector("[data-live]");
}

function show(fresh) {
  // A link that has the focus is not replaced.
  if (part.contains(document.activeElement)) return;
  part.replaceChildren(...fresh.childNodes);
}

// For users who do not see the bar; `data-said` changes with each tenth only.
function say(words) {
  if (status && words && part.dataset.said !== words) status.textContent = part.dataset.said = words;
}

function end() {
  const form = document.querySelector("[data-while-live]");
  const hadFocus = form?.contains(document.activeElement);
  form?.remove();
  if (hadFocus) document.querySelector("h1").focus();
}

async function refresh() {
  let isOver = false;
  try {
    const fresh = document.hidden ? part : await read();
    if (fresh === null) return;
    isOver = fresh.dataset.live !== "on";
    if (fresh !== part) {
      say(fresh.dataset.said);
      show(fresh);
    }
  } catch {
    // The server or the network is away for a moment.
  }
  if (isOver) end();
  else setTimeout(refresh, SECONDS * 1000);
}

setTimeout(refresh, SECONDS * 1000);
