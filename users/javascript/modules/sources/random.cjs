/**
 * Random bytes: SHA-512 of a seed, which the process gets from the system for each run, and a counter. The engine has no
 * source of its own, and a script cannot call the process while it runs.
 */
const { sha512 } = require("@noble/hashes/sha2.js");

const seed = require("#seed");
let counter = 0;

function fill(bytes) {
  for (let place = 0; place < bytes.length; place += 64) {
    const input = new Uint8Array(seed.length + 4);
    input.set(seed);
    new DataView(input.buffer).setUint32(seed.length, counter++);
    bytes.set(sha512(input).subarray(0, Math.min(64, bytes.length - place)), place);
  }
  return bytes;
}

function getRandomValues(array) {
  fill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return array;
}

function randomUUID() {
  const bytes = fill(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

module.exports = { fill, crypto: Object.freeze({ getRandomValues, randomUUID }) };
