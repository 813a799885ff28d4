// What the browser stores for this site, by "localStorage" or "sessionStorage". Storage throws where cookies are
// blocked; then nothing is stored.
export function readStored(storage, key) {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

export function store(storage, key, value) {
  try {
    window[storage].setItem(key, value);
  } catch {}
}
