// The command palette (Ctrl-K, Cmd-K): users while one types, pages, segments, and actions on the open user,
// as a combobox in a dialog. The server lists the entries, by the rights of the staff member.
import { isMac, showShortcuts } from "./shortcuts.js";

const PAUSE = 120;

const dialog = document.querySelector("#palette");
if (dialog) start();

function start() {
  const { entries: source, suggest, list: listUrl, sprite, users: usersLabel } = dialog.dataset;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[role=status]");
  const empty = dialog.querySelector(".palette-empty");
  // Fetched when first opened; what one may do does not change before the next page.
  let answer = null;
  let users = [];
  let shown = [];
  let active = -1;
  // The entry that one has moved to, and the one that asks to be chosen again.
  let chosen = null;
  let asked = null;
  let timer = 0;
  let asking = null;

  const shortcuts = { label: dialog.dataset.shortcuts, icon: "keyboard", run: showShortcuts };

  function open() {
    if (dialog.open) return dialog.close();
    if (document.querySelector("dialog[open]")) return;
    input.value = "";
    users = [];
    chosen = asked = null;
    dialog.showModal();
    render();
    if (answer === null) load();
  }

  async function load() {
    const given = await get(new URL(source, location.href));
    if (given === null) return;
    answer = given;
    const pages = answer.groups.find((group) => group.entries.some((entry) => !entry.do && entry.icon === "jobs"));
    (pages ?? answer.groups.at(-1)).entries.push(shortcuts);
    render();
  }

  async function get(url, signal) {
    try {
      const response = await fetch(url, { signal, headers: { Accept: "application/json" } });
      // Signed out meanwhile, or the server is busy.
      return response.ok && !response.redirected ? await response.json() : null;
    } catch {
      return null;
    }
  }

  async function askUsers() {
    asking?.abort();
    const text = input.value.trim();
    if (!text || !suggest) {
      users = [];
      return render();
    }
    const mine = (asking = new AbortController());
    const url = new URL(suggest, location.href);
    url.searchParams.set("q", text);
    url.searchParams.set("of", "users");
    const found = await get(url, mine.signal);
    if (asking !== mine || found === null) return;
    users = found.suggestions.map((one) => ({ ...one, icon: "user" }));
    render();
  }

  function groups() {
    const text = input.value.trim();
    const words = fold(text).split(/\s+/).filter(Boolean);
    const fits = (entry) => words.every((word) => fold(entry.label).includes(word));
    const found = (answer?.groups ?? []).map((group) => ({ ...group, entries: group.entries.filter(fits) }));
    // Below: what arrives later must not move what one is about to choose.
    if (users.length > 0 && text) found.push({ label: usersLabel, entries: users });
    if (text && suggest) {
      const url = `${listUrl}?${new URLSearchParams({ q: text })}`;
      found.push({ label: "", entries: [{ label: dialog.dataset.search.replace("%s", text), icon: "search", url }] });
    }
    return found.filter((group) => group.entries.length > 0);
  }

  function render() {
    const found = groups();
    shown = found.flatMap((group) => group.entries);
    list.replaceChildren(...found.map(groupOf));
    empty.hidden = shown.length > 0 || answer === null;
    status.textContent = dialog.dataset.results.replace("%s", String(shown.length));
    // Before one has typed or moved, Enter does nothing.
    activate(input.value.trim() ? Math.max(shown.indexOf(chosen), 0) : -1);
  }

  function groupOf(group) {
    const box = document.createElement("div");
    box.setAttribute("role", "group");
    if (group.label) {
      box.setAttribute("aria-label", group.label);
      const title = document.createElement("p");
      title.className = "palette-group";
      title.setAttribute("aria-hidden", "true");
      title.textContent = group.label;
      box.append(title);
    }
    box.append(...group.entries.map(optionOf));
    return box;
  }

  function optionOf(entry) {
    const option = document.createElement("div");
    const index = shown.indexOf(entry);
    option.id = `palette-${index}`;
    option.className = "palette-entry";
    option.setAttribute("role", "option");
    const label = document.createElement("bdi");
    label.className = "clip";
    label.textContent = entry === asked ? dialog.dataset.confirm.replace("%s", entry.label) : entry.label;
    option.append(iconOf(entry.icon), label);
    if (entry.detail) {
      const detail = document.createElement("span");
      detail.className = "quiet tiny clip";
      detail.textContent = entry.detail;
      option.append(detail);
    }
    option.addEventListener("click", (event) => take(index, event.ctrlKey || event.metaKey));
    option.addEventListener("pointermove", () => index !== active && choose(index));
    return option;
  }

  function iconOf(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite}#${name}`);
    svg.append(use);
    return svg;
  }

  function choose(index) {
    chosen = shown[index];
    activate(index);
  }

  function activate(index) {
    active = index;
    for (const option of list.querySelectorAll("[role=option]")) {
      option.setAttribute("aria-selected", String(option.id === `palette-${index}`));
    }
    const option = document.getElementById(`palette-${index}`);
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    // The heading of the first group stays in view.
    if (index <= 0) list.scrollTop = 0;
    else option?.scrollIntoView({ block: "nearest" });
  }

  function take(index, isNewTab = false) {
    const entry = shown[index];
    if (!entry) return;
    if (entry.asks && entry !== asked) {
      asked = chosen = entry;
      render();
      return activate(index);
    }
    dialog.close();
    if (entry.run) entry.run();
    else if (entry.do) post(entry);
    else if (isNewTab) window.open(entry.url, "_blank", "noopener");
    else location.assign(entry.url);
  }

  // Like the button on the page of the user.
  function post(entry) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = entry.url;
    form.hidden = true;
    const field = document.createElement("input");
    field.name = "do";
    field.value = entry.do;
    // Every page has the token, in the form that signs out.
    form.append(field, document.querySelector("input[name=csrfmiddlewaretoken]").cloneNode());
    document.body.append(form);
    form.submit();
  }

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    chosen = asked = null;
    render();
    if (!event.isComposing) timer = setTimeout(askUsers, PAUSE);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const from = active < 0 && step < 0 ? 0 : active;
      if (shown.length > 0) choose((from + step + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(active, event.ctrlKey || event.metaKey);
    }
  });

  document.addEventListener("keydown", (event) => {
    const isModified = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (event.key.toLowerCase() !== "k" || !isModified || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open();
  });

  // A click beside the dialog is one on the dialog itself, whose content fills it.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  for (const button of document.querySelectorAll("[data-open=palette]")) {
    button.hidden = false;
    button.addEventListener("click", open);
  }
}

// Without accents and case, as the server compares names.
function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
