/** How large a document is, counted as the server does: bytes of UTF-8 without white space. */

const OUTSIDE_STRINGS = /("(?:[^"\\]|\\.)*")|\s+/g;

/** @returns {number} */
export function compactBytes(text) {
  return new TextEncoder().encode(text.replace(OUTSIDE_STRINGS, "$1")).length;
}

/** "0.4 kB", "1 MB". Binary units, as the limit is. */
export function inWords(bytes) {
  const kilobytes = Math.max(bytes / 1024, 0.1);
  const [amount, unit] = kilobytes < 1000 ? [kilobytes, "kB"] : [kilobytes / 1024, "MB"];
  return `${amount.toLocaleString("en", { maximumFractionDigits: 1 })} ${unit}`;
}
