/** Small pieces of language that several parts use. */
import { ngettext } from "../gettext.js";

export const changesIn = (count) => ngettext("%(count)s change", "%(count)s changes", count);
export const keysIn = (count) => ngettext("%(count)s key", "%(count)s keys", count);

/** `address.lines[0]`. */
export function spelt(path) {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : index ? `.${step}` : step)).join("");
}

/**
 * The names of the fields along a path, as the form shows them: `Address › Lines › 1`.
 *
 * @param {object | null} schema in the library's dialect
 * @param {(string | number)[]} path
 */
export function titled(schema, path) {
  let part = schema;
  const titles = path.map((step) => {
    part = typeof step === "number" ? part?.items : part?.properties?.[step];
    return typeof step === "number" ? step + 1 : (part?.title ?? step);
  });
  return titles.join(" › ");
}

/** The beginning of what may be long. */
export function shortened(text, most = 120) {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
