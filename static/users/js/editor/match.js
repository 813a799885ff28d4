/** Which item of a list is which, before and after items were added, removed, moved and edited. */
import { ORIGIN } from "./fields.js";

/**
 * @returns {(number | undefined)[]} for each item of `after` its position in `before`; undefined
 *   for one that is new.
 */
export function matches(before, after) {
  if (after.some((item) => typeof item === "object" && item !== null)) {
    return after.map((item) => item?.[ORIGIN]);
  }
  if (before.length === after.length) return sameLength(before, after);
  return longestCommon(before, after);
}

/** Nothing added or removed: items that only changed places, or else were edited in place. */
function sameLength(before, after) {
  const sorted = (list) => JSON.stringify([...list].sort());
  if (sorted(before) !== sorted(after)) return after.map((_, index) => index);
  const free = new Set(before.keys());
  return after.map((item, index) => {
    const from = before[index] === item && free.has(index) ? index : [...free].find((at) => before[at] === item);
    free.delete(from);
    return from;
  });
}

/** The longest run of items that stayed, in order. */
function longestCommon(before, after) {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array(after.length + 1).fill(0));
  for (let left = before.length - 1; left >= 0; left--) {
    for (let right = after.length - 1; right >= 0; right--) {
      lengths[left][right] =
        before[left] === after[right]
          ? lengths[left + 1][right + 1] + 1
          : Math.max(lengths[left + 1][right], lengths[left][right + 1]);
    }
  }
  const found = new Array(after.length).fill(undefined);
  for (let left = 0, right = 0; left < before.length && right < after.length; ) {
    if (before[left] === after[right]) found[right++] = left++;
    else if (lengths[left + 1][right] >= lengths[left][right + 1]) left++;
    else right++;
  }
  return found;
}
