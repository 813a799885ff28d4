/**
 * Texts in the language of the page, as Django's JavaScriptCatalog gives them: the frame loads that catalogue where the
 * language is not English. `makemessages -d djangojs` finds the texts by the names of these functions.
 */

/** The translation of `text`, with `%(name)s` filled in from `values`. */
export function gettext(text, values = {}) {
  return fill(globalThis.django?.gettext?.(text) ?? text, values);
}

/** The same for a text that depends on a number; `%(count)s` is the number with its separators. */
export function ngettext(one, many, count, values = {}) {
  const text = globalThis.django?.ngettext?.(one, many, count) ?? (count === 1 ? one : many);
  return fill(text, { count: count.toLocaleString(globalThis.document?.documentElement.lang || "en"), ...values });
}

function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? values[name] : whole));
}
