/**
 * HTTP requests, which the parent process makes: one message "http" for `request`, `axios`, `node-fetch` and `fetch`.
 *
 * The parent allows only the hosts that an administrator has listed, and decides on redirects.
 */
const { call } = require("#host");

/** Send `{ method, url, headers, body, followRedirects, timeout }`; `body` is text or bytes, `timeout` in ms. */
async function send({ method = "GET", url: given, headers: givenHeaders = {}, body, followRedirects = true, timeout }) {
  const { url, headers } = moveLogin(String(given), givenHeaders);
  const message = { method: String(method).toUpperCase(), url, headers: {}, followRedirects };
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && value !== null && value !== false) message.headers[name] = String(value);
  if (typeof body === "string") message.body = body;
  else if (body !== undefined && body !== null) message.base64 = require("buffer").Buffer.from(body).toString("base64");
  const answer = call("http", message);
  const { base64, ...response } = await (timeout > 0 ? Promise.race([answer, late(timeout)]) : answer);
  if (base64 !== undefined) {
    response.bytes = require("buffer").Buffer.from(base64, "base64");
    response.body = response.bytes.toString("utf8");
  }
  return response;
}

/** Move a login from the URL, `https://user:password@host/`, into a header, as Node does. The parent refuses it in a URL. */
function moveLogin(url, headers) {
  const [, scheme, login, rest] = /^(https?:\/\/)([^/?#\\]*)@(.*)$/is.exec(url) ?? [];
  if (login === undefined) return { url, headers };
  const [user, ...password] = login.split(":");
  const value = basic(decodeURIComponent(user), decodeURIComponent(password.join(":")));
  return { url: scheme + rest, headers: addHeader(headers, "Authorization", value) };
}

function late(timeout) {
  return new Promise((resolve, reject) => {
    setTimeout(() => {
      const error = new Error(`The request took longer than ${timeout} ms.`);
      error.code = "ETIMEDOUT";
      reject(error);
    }, timeout);
  });
}

const findHeader = (headers, name) => Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase());

/** The headers with one more, unless it is there already. */
function addHeader(headers, name, value) {
  return findHeader(headers, name) ? headers : { ...headers, [name]: value };
}

const basic = (user, password) => `Basic ${require("buffer").Buffer.from(`${user}:${password ?? ""}`).toString("base64")}`;

module.exports = { addHeader, basic, findHeader, send };
