/** AES in the modes CBC and GCM, by the names of OpenSSL: `aes-256-cbc`. */
const { cbc, gcm } = require("@noble/ciphers/aes.js");

function makeCipher(name, key, iv, aad) {
  const [, bits, mode] = /^aes-(128|192|256)-(cbc|gcm)$/i.exec(name) ?? [];
  if (!bits) throw new Error(`Unknown cipher: ${name}. There are AES with 128, 192 and 256 bits, in CBC and GCM: aes-256-gcm.`);
  if (key.length * 8 !== Number(bits)) throw new RangeError("Invalid key length");
  return mode.toLowerCase() === "cbc" ? cbc(key, iv) : gcm(key, iv, aad);
}

module.exports = { makeCipher, isAuthenticated: (name) => /-gcm$/i.test(name) };
