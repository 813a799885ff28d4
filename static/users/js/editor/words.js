/** Small pieces of language that several parts use. */

/** "1 key", "2 keys". */
export function many(count, thing) {
  return `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
}

/** `address.lines[0]`. */
export function spelt(path) {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : index ? `.${step}` : step)).join("");
}

/** The beginning of what may be long. */
export function shortened(text, most = 120) {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
