/** RSA signatures (PKCS #1 v1.5), and keys in PEM: PKCS #1, PKCS #8, SPKI and X.509 certificates. */
const { Buffer } = require("buffer");
const { PKCS1_SHA1, PKCS1_SHA256, PKCS1_SHA384, PKCS1_SHA512 } = require("micro-rsa-dsa-dh/rsa.js");

const SCHEMES = { SHA1: PKCS1_SHA1, SHA256: PKCS1_SHA256, SHA384: PKCS1_SHA384, SHA512: PKCS1_SHA512 };
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;

function findScheme(name) {
  const scheme = SCHEMES[String(name).toUpperCase().replace(/^RSA-/, "").replace("-", "")];
  if (!scheme) throw new Error(`Signature algorithm not supported: ${name}. There are RSA with SHA1, SHA256, SHA384, SHA512.`);
  return scheme;
}

const sign = (name, { n, d }, message) => findScheme(name).sign({ n, d }, message);

function verify(name, { n, e }, message, signature) {
  try {
    return findScheme(name).verify({ n, e }, message, signature);
  } catch (error) {
    // The package throws for a signature of another length; Node answers false.
    if (signature.length !== Math.ceil(n.toString(16).length / 2)) return false;
    throw error;
  }
}

/** The elements of a DER value, as `{ tag, content }`. */
function readDer(bytes) {
  const found = [];
  let place = 0;
  while (place < bytes.length) {
    const tag = bytes[place++];
    let length = bytes[place++];
    if (length > 0x80) {
      const size = length & 0x7f;
      if (size > 4) throw new Error("The key is not valid DER.");
      length = 0;
      for (let digit = 0; digit < size; digit++) length = length * 256 + bytes[place++];
    }
    if (!(place + length <= bytes.length)) throw new Error("The key is not valid DER.");
    found.push({ tag, content: bytes.subarray(place, place + length) });
    place += length;
  }
  return found;
}

const toNumber = ({ content }) => BigInt(`0x${Buffer.from(content).toString("hex")}`);

function readPem(text) {
  const [, label, body] = /-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END/.exec(text) ?? [];
  if (!label) throw new Error("The key is not in PEM format.");
  const [outer] = readDer(Buffer.from(body, "base64"));
  if (outer?.tag !== SEQUENCE) throw new Error("The key is not valid DER.");
  return [label, readDer(outer.content)];
}

function readPrivateKey(text) {
  const [label, fields] = readPem(text);
  let numbers = fields;
  if (label === "PRIVATE KEY") {
    const inner = fields.find(({ tag }) => tag === OCTET_STRING);
    numbers = readDer(readDer(inner.content)[0].content);
  } else if (label !== "RSA PRIVATE KEY") throw new Error(`No RSA private key: ${label}.`);
  if (numbers.length < 4 || numbers.some(({ tag }) => tag !== INTEGER)) throw new Error("No RSA private key.");
  const [, n, e, d] = numbers.map(toNumber);
  return { n, e, d };
}

function readPublicKey(text) {
  const [label, fields] = readPem(text);
  if (label.endsWith("PRIVATE KEY")) return readPrivateKey(text);
  if (label === "RSA PUBLIC KEY") return readNumbers(fields);
  if (label === "PUBLIC KEY") return readSpki(fields);
  if (label !== "CERTIFICATE") throw new Error(`No RSA public key: ${label}.`);
  // The key is the one element of a certificate that is a sequence of an algorithm and a bit string.
  for (const { tag, content } of readDer(fields[0].content)) {
    const inner = tag === SEQUENCE ? readDer(content) : [];
    if (inner.length === 2 && inner[0].tag === SEQUENCE && inner[1].tag === BIT_STRING) return readSpki(inner);
  }
  throw new Error("The certificate has no public key.");
}

function readSpki(fields) {
  const key = fields[1];
  if (key?.tag !== BIT_STRING) throw new Error("No RSA public key.");
  // The first byte counts unused bits.
  return readNumbers(readDer(readDer(key.content.subarray(1))[0].content));
}

function readNumbers(fields) {
  if (fields.length !== 2 || fields.some(({ tag }) => tag !== INTEGER)) throw new Error("No RSA public key.");
  const [n, e] = fields.map(toNumber);
  return { n, e };
}

module.exports = { readPrivateKey, readPublicKey, sign, verify };
