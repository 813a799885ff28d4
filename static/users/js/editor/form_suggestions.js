/** Suggests, in the text fields of the form, the values that other users have in that key. */
import { element } from "./element.js";
import { mapName } from "./hints.js";

const MOST = 10;
let count = 0;

/**
 * @param {import("./form.js").Form} form
 * @param {string} document
 * @param {import("./hints.js").Hints} hints
 */
export function suggestValues(form, document, hints) {
  form.container.addEventListener("focusin", async ({ target }) => {
    const isText = target.matches("input[type=text], input[type=email], input[type=url], input[type=number]");
    if (!isText || target.list) return;
    const name = mapName(document, form.pathOf(target));
    await hints.load([name]);
    const values = (hints.get(name)?.values ?? []).map((json) => valueOf(json, target.type)).filter(Boolean);
    if (!values.length || target.list || !target.isConnected) return;
    count += 1;
    const list = element("datalist", { id: `values-${count}` }, ...values.slice(0, MOST).map((value) => element("option", { value })));
    // Beside the form, whose rows the library redraws.
    form.container.after(list);
    target.setAttribute("list", list.id);
  });
}

/** What one would type for it; empty for a value of another type. */
function valueOf(json, type) {
  if (json.startsWith('"')) return type === "number" ? "" : JSON.parse(json);
  return type === "number" && /^-?\d/.test(json) ? json : "";
}
