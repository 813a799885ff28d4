/** An ARIA tablist: arrow keys, Home and End move between the tabs, Tab goes into the panel. */

/**
 * @param {string} label names the list
 * @param {{name: string, panel: HTMLElement}[]} entries
 * @param {(name: string) => void} onChoose asked to switch; whether it does is up to the owner
 */
export function makeTabs(label, entries, onChoose) {
  const list = document.createElement("div");
  list.className = "switch";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", label);
  const tabs = entries.map(({ name, panel }) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.textContent = name;
    tab.id = `${panel.id}-tab`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => onChoose(name));
    list.append(tab);
    return tab;
  });
  list.addEventListener("keydown", (event) => {
    const target = neighbour(tabs, tabs.indexOf(event.target), event.key);
    if (!target) return;
    event.preventDefault();
    target.focus();
    onChoose(target.textContent);
  });
  const select = (name) => {
    entries.forEach(({ name: entry, panel }, index) => {
      const isChosen = entry === name;
      tabs[index].setAttribute("aria-selected", String(isChosen));
      tabs[index].tabIndex = isChosen ? 0 : -1;
      panel.hidden = !isChosen;
    });
    // A refused move leaves the focus on the tab that stays.
    if (list.contains(document.activeElement)) list.querySelector("[aria-selected=true]").focus();
  };
  /** Leaves the panels without tabs, where there is nothing to choose. */
  const drop = () => {
    list.remove();
    for (const { panel } of entries) {
      panel.removeAttribute("role");
      panel.removeAttribute("aria-labelledby");
    }
  };
  return { list, select, drop };
}

function neighbour(tabs, index, key) {
  const last = tabs.length - 1;
  switch (key) {
    case "ArrowRight":
    case "ArrowDown":
      return tabs[index === last ? 0 : index + 1];
    case "ArrowLeft":
    case "ArrowUp":
      return tabs[index === 0 ? last : index - 1];
    case "Home":
      return tabs[0];
    case "End":
      return tabs[last];
    default:
      return undefined;
  }
}
