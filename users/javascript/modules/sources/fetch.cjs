/** `fetch`, as the browser and node-fetch have it, without streams. */
const { send } = require("#http");

class Headers {
  #values = new Map();

  constructor(given = {}) {
    const entries = given instanceof Headers || Array.isArray(given) ? given : Object.entries(given);
    for (const [name, value] of entries) this.append(name, value);
  }

  append(name, value) {
    const key = String(name).toLowerCase();
    this.#values.set(key, this.#values.has(key) ? `${this.#values.get(key)}, ${value}` : String(value));
  }

  set(name, value) {
    this.#values.set(String(name).toLowerCase(), String(value));
  }

  get(name) {
    return this.#values.get(String(name).toLowerCase()) ?? null;
  }

  has(name) {
    return this.#values.has(String(name).toLowerCase());
  }

  delete(name) {
    this.#values.delete(String(name).toLowerCase());
  }

  forEach(run) {
    for (const [name, value] of this) run(value, name, this);
  }

  raw() {
    return Object.fromEntries([...this].map(([name, value]) => [name, [value]]));
  }

  entries() {
    return this.#values.entries();
  }

  keys() {
    return this.#values.keys();
  }

  values() {
    return this.#values.values();
  }

  [Symbol.iterator]() {
    return this.#values.entries();
  }
}

class Response {
  #answer;

  constructor(answer, asked) {
    this.#answer = answer;
    this.status = answer.status;
    this.statusText = answer.statusText;
    this.ok = answer.status >= 200 && answer.status < 300;
    this.url = answer.url;
    this.redirected = answer.url !== asked;
    this.headers = new Headers(answer.headers);
    this.bodyUsed = false;
  }

  async text() {
    if (this.bodyUsed) throw new TypeError("The body has been read already.");
    this.bodyUsed = true;
    return this.#answer.body;
  }

  async json() {
    return JSON.parse(await this.text());
  }

  async buffer() {
    const text = await this.text();
    return this.#answer.bytes ?? require("buffer").Buffer.from(text);
  }

  async arrayBuffer() {
    return new Uint8Array(await this.buffer()).buffer;
  }
}

async function fetch(target, options = {}) {
  const url = String(target?.href ?? target?.url ?? target);
  const headers = new Headers(options.headers);
  let { body } = options;
  if (body && typeof body === "object" && !ArrayBuffer.isView(body) && !(body instanceof ArrayBuffer)) {
    // URLSearchParams, which is the one object that makes sense as a body here.
    body = String(body);
    if (!headers.has("content-type")) headers.set("content-type", "application/x-www-form-urlencoded;charset=UTF-8");
  } else if (typeof body === "string" && !headers.has("content-type")) headers.set("content-type", "text/plain;charset=UTF-8");
  const { method, redirect, timeout } = options;
  const sent = { method, url, headers: Object.fromEntries(headers), body, timeout, followRedirects: redirect !== "manual" };
  const answer = await send(sent);
  if (redirect === "error" && answer.url !== url) throw new TypeError("The answer is a redirect.");
  return new Response(answer, url);
}

module.exports = Object.assign(fetch, { default: fetch, fetch, Headers, Response });
