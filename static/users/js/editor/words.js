/** Small pieces of language that several parts use. */
import { ngettext } from "../gettext.js";

export const changesIn = (count) => ngettext("%(count)s change", "%(count)s changes", count);
export const keysIn = (count) => ngettext("%(count)s key", "%(count)s keys", count);

/** `address.lines[0]`. */
export function spelt(path) {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : index ? `.${step}` : step)).join("");
}

/** The beginning of what may be long. */
export function shortened(text, most = 120) {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
