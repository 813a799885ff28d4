/**
 * Keeps the focus with the item of a list that was just added, removed or moved. The form
 * library lets go of it, in the case of removal a moment later.
 */
const FIELDS = "input:not([type=hidden]), select, textarea";

/** @returns {() => void} stops it. */
export function follow(container) {
  let next = null;
  const observer = new MutationObserver(() => {
    const target = next?.();
    if (!target) return;
    next = null;
    target.focus();
  });
  const onClick = (event) => {
    const button = event.target.closest("button");
    next = button ? whereTo(button) : null;
  };
  container.addEventListener("click", onClick, { capture: true });
  observer.observe(container, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    container.removeEventListener("click", onClick, { capture: true });
  };
}

/** @returns {(() => HTMLElement | undefined) | null} finds, once drawn, what gets the focus. */
function whereTo(button) {
  const group = button.closest(".rjf-form-group-inner");
  if (!group) return null;
  const list = group.querySelector(":scope > .rjf-form-group-children");
  const before = list.children.length;
  if (button.classList.contains("rjf-add-button")) {
    return () => (list.children.length > before ? field(list.children[list.children.length - 1]) : undefined);
  }
  const item = [...list.children].find((child) => child.contains(button));
  const index = [...list.children].indexOf(item);
  if (button.classList.contains("rjf-remove-button")) {
    const add = group.querySelector(":scope > .rjf-add-button");
    return () => {
      if (list.children.length >= before) return undefined;
      return field(list.children[Math.min(index, list.children.length - 1)]) ?? add;
    };
  }
  return null;
}

function field(item) {
  return item?.querySelector(FIELDS);
}
