/**
 * Node's `crypto`, as far as it is synchronous and pure JavaScript can do it: hashes, HMAC, PBKDF2, scrypt, AES, RSA
 * signatures.
 */
const { Buffer } = require("buffer");
const { hmac } = require("@noble/hashes/hmac.js");
const { md5, ripemd160, sha1 } = require("@noble/hashes/legacy.js");
const { pbkdf2 } = require("@noble/hashes/pbkdf2.js");
const { scrypt } = require("@noble/hashes/scrypt.js");
const { sha224, sha256, sha384, sha512 } = require("@noble/hashes/sha2.js");
const random = require("#random");

const HASHES = { md5, ripemd160, sha1, sha224, sha256, sha384, sha512 };

function findHash(name) {
  const hash = HASHES[String(name).toLowerCase().replace(/^rsa-/, "").replace("-", "")];
  if (!hash) throw new Error(`Digest method not supported: ${name}. There are: ${Object.keys(HASHES).join(", ")}.`);
  return hash;
}

function toBytes(data, encoding) {
  if (data instanceof KeyObject) return data.bytes;
  if (typeof data === "string") return new Uint8Array(Buffer.from(data, encoding === "buffer" ? "utf8" : encoding));
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new TypeError("The data must be a string, a Buffer or a typed array.");
}

function encode(bytes, encoding) {
  const buffer = Buffer.from(bytes);
  return encoding && encoding !== "buffer" ? buffer.toString(encoding) : buffer;
}

/** A hash, or with a key an HMAC. */
class Digest {
  constructor(state) {
    this.state = state;
  }

  update(data, encoding) {
    this.state.update(toBytes(data, encoding));
    return this;
  }

  digest(encoding) {
    return encode(this.state.digest(), encoding);
  }
}

const createHash = (name) => new Digest(findHash(name).create());
const createHmac = (name, key) => new Digest(hmac.create(findHash(name), toBytes(key)));
const hash = (name, data, encoding = "hex") => createHash(name).update(data).digest(encoding);

class KeyObject {
  constructor(type, bytes, rsa) {
    this.type = type;
    this.bytes = bytes;
    this.rsa = rsa;
    this.symmetricKeySize = bytes?.length;
    if (rsa) {
      this.asymmetricKeyType = "rsa";
      this.asymmetricKeyDetails = { modulusLength: rsa.n.toString(2).length, publicExponent: rsa.e };
    }
  }

  export() {
    if (this.bytes) return Buffer.from(this.bytes);
    throw new Error("An RSA key cannot be exported here.");
  }
}

const createSecretKey = (key, encoding) => new KeyObject("secret", toBytes(key, encoding));

function readKey(type, given) {
  if (given instanceof KeyObject) return given.rsa ? new KeyObject(type, undefined, given.rsa) : given;
  const pem = given?.key ?? given;
  const { readPrivateKey, readPublicKey } = require("#rsa");
  const text = typeof pem === "string" ? pem : Buffer.from(toBytes(pem)).toString("latin1");
  return new KeyObject(type, undefined, type === "private" ? readPrivateKey(text) : readPublicKey(text));
}

const createPrivateKey = (key) => readKey("private", key);
const createPublicKey = (key) => readKey("public", key);

/** Signs or verifies what `update` was given. */
class Signature {
  constructor(name) {
    this.name = name;
    this.pieces = [];
  }

  update(data, encoding) {
    this.pieces.push(Buffer.from(toBytes(data, encoding)));
    return this;
  }

  sign(key, encoding) {
    const { sign } = require("#rsa");
    return encode(sign(this.name, createPrivateKey(key).rsa, this.message()), encoding);
  }

  verify(key, signature, encoding) {
    const { verify } = require("#rsa");
    return verify(this.name, createPublicKey(key).rsa, this.message(), toBytes(signature, encoding));
  }

  message() {
    return new Uint8Array(Buffer.concat(this.pieces));
  }
}

const createSign = (name) => new Signature(name);
const createVerify = (name) => new Signature(name);

const TAG_BYTES = 16;

/** Encrypts or decrypts what `update` was given, at `final`. */
class Cipher {
  constructor(isEncryption, name, key, iv) {
    Object.assign(this, { isEncryption, name, key: toBytes(key), iv: toBytes(iv), pieces: [] });
    this.isAuthenticated = require("#aes").isAuthenticated(name);
  }

  update(data, encoding, outputEncoding) {
    this.pieces.push(Buffer.from(toBytes(data, encoding)));
    return encode(new Uint8Array(), outputEncoding);
  }

  final(outputEncoding) {
    const cipher = require("#aes").makeCipher(this.name, this.key, this.iv, this.aad);
    const given = Buffer.concat(this.tag && !this.isEncryption ? [...this.pieces, this.tag] : this.pieces);
    const done = this.isEncryption ? cipher.encrypt(new Uint8Array(given)) : cipher.decrypt(new Uint8Array(given));
    if (!this.isEncryption || !this.isAuthenticated) return encode(done, outputEncoding);
    this.tag = Buffer.from(done.subarray(done.length - TAG_BYTES));
    return encode(done.subarray(0, done.length - TAG_BYTES), outputEncoding);
  }

  getAuthTag() {
    return this.tag;
  }

  setAuthTag(tag) {
    this.tag = Buffer.from(tag);
    return this;
  }

  setAAD(aad) {
    this.aad = toBytes(aad);
    return this;
  }
}

const createCipheriv = (name, key, iv) => new Cipher(true, name, key, iv);
const createDecipheriv = (name, key, iv) => new Cipher(false, name, key, iv);

const randomBytes = (size) => Buffer.from(random.fill(new Uint8Array(size)));

function randomInt(...given) {
  const [low, high] = given.length > 1 ? given : [0, given[0]];
  if (!(high > low)) throw new RangeError("randomInt(min, max): max must be greater than min.");
  // 48 bits: a remainder favors no number noticeably.
  return low + (randomBytes(6).readUIntBE(0, 6) % (high - low));
}

function timingSafeEqual(first, second) {
  const [one, other] = [toBytes(first), toBytes(second)];
  if (one.length !== other.length) throw new RangeError("Input buffers must have the same byte length");
  let difference = 0;
  for (let place = 0; place < one.length; place++) difference |= one[place] ^ other[place];
  return difference === 0;
}

const pbkdf2Sync = (password, salt, iterations, length, name) =>
  Buffer.from(pbkdf2(findHash(name), toBytes(password), toBytes(salt), { c: iterations, dkLen: length }));
const scryptSync = (password, salt, length, { N = 16384, r = 8, p = 1 } = {}) =>
  Buffer.from(scrypt(toBytes(password), toBytes(salt), { N, r, p, dkLen: length }));

module.exports = {
  KeyObject,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  createSign,
  createVerify,
  getHashes: () => Object.keys(HASHES),
  hash,
  pbkdf2Sync,
  randomBytes,
  randomInt,
  scryptSync,
  timingSafeEqual,
  ...random.crypto,
  webcrypto: random.crypto,
};
