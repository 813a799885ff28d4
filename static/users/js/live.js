// Brings up to date the part of a page that changes by itself, until nothing changes any more.
// It reads the page itself again, so a plain reload shows the same.
const SECONDS = 2;
const part = document.querySelector("[data-live]");
const status = document.querySelector("[data-live-said]");
const JOBS = '.side-link[href$="/jobs/"]';
// Replaced once, at the end: buttons such as Cancel give way to Download, and a message that the job has
// started is out of date.
const AT_END = ["[data-live-actions]", ".messages"];

async function read() {
  const answer = await fetch(location.href, { cache: "no-store" });
  // Signed out, or the page is gone: a reload says so.
  if (!answer.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function replace(selector, page) {
  document.querySelector(selector)?.replaceChildren(...(page.querySelector(selector)?.childNodes ?? []));
}

/** Whether the part now shows what was read: a link that has the focus is not replaced. */
function show(fresh) {
  if (part.contains(document.activeElement)) return false;
  part.replaceChildren(...fresh.childNodes);
  return true;
}

// For users who do not see the bar; `data-said` changes with each tenth only.
function say(words) {
  if (status && words && part.dataset.said !== words) status.textContent = part.dataset.said = words;
}

function end(page) {
  const focused = document.activeElement;
  for (const selector of AT_END) replace(selector, page);
  if (!focused.isConnected) document.querySelector("h1").focus();
}

async function refresh() {
  try {
    const page = document.hidden ? undefined : await read();
    if (page === null) return;
    if (page) {
      const fresh = page.querySelector("[data-live]");
      replace(JOBS, page); // how many jobs run
      say(fresh.dataset.said);
      if (show(fresh) && fresh.dataset.live !== "on") return void end(page);
    }
  } catch {
    // The server or the network is away for a moment.
  }
  setTimeout(refresh, SECONDS * 1000);
}

setTimeout(refresh, SECONDS * 1000);
