// Applies the theme and the width of the sidebar, which the browser stores, before the page is painted;
// then handles the controls for both. Not a module: those run after the first paint.
"use strict";
{
  const root = document.documentElement;
  const THEMES = ["auto", "light", "dark"];

  // Storage throws where cookies are blocked; then the choice lasts as long as the page.
  function read(key, allowed) {
    try {
      const value = localStorage.getItem(key);
      return allowed.includes(value) ? value : allowed[0];
    } catch {
      return allowed[0];
    }
  }

  function write(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {}
  }

  function showTheme() {
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === root.dataset.theme));
    }
  }

  function showFold() {
    const isSmall = root.dataset.side === "small";
    document.querySelector(".side-fold")?.setAttribute("aria-pressed", String(isSmall));
    // A link of which only the icon is left says its name under the pointer.
    for (const link of document.querySelectorAll(".side-link")) {
      if (isSmall) link.title = link.textContent.trim();
      else link.removeAttribute("title");
    }
  }

  // The key of Django admin's own switch, so that a choice made here holds on its pages.
  root.dataset.theme = read("theme", THEMES);
  root.dataset.side = read("side", ["wide", "small"]);

  document.addEventListener("DOMContentLoaded", () => {
    for (const part of document.querySelectorAll(".theme")) part.hidden = false;
    showTheme();
    showFold();
  });

  document.addEventListener("click", (event) => {
    const theme = event.target.closest("[data-set-theme]")?.dataset.setTheme;
    if (theme) {
      root.dataset.theme = theme;
      write("theme", theme);
      showTheme();
    } else if (event.target.closest(".side-fold")) {
      root.dataset.side = root.dataset.side === "small" ? "wide" : "small";
      write("side", root.dataset.side);
      showFold();
    }
  });
}
