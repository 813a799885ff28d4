/** The package `request`: `request(options, callback)` and its methods. */
const { addHeader, basic, send } = require("#http");

const addQuery = (url, query) => (query ? url + (url.includes("?") ? "&" : "?") + query : url);

/** The options as the message wants them. */
function prepare(options) {
  let url = String(options.url?.href ?? options.uri?.href ?? options.url ?? options.uri ?? "");
  if (options.baseUrl) url = `${options.baseUrl.replace(/\/$/, "")}/${url.replace(/^\//, "")}`;
  if (options.qs) url = addQuery(url, require("querystring").stringify(options.qs));
  let headers = { ...options.headers };
  let { body } = options;
  const { auth, form, json } = options;
  if (form !== undefined) {
    body = typeof form === "string" ? form : require("querystring").stringify(form);
    headers = addHeader(headers, "Content-Type", "application/x-www-form-urlencoded");
  } else if (json !== undefined && json !== false) {
    headers = addHeader(headers, "Accept", "application/json");
    const content = json === true ? body : json;
    if (content !== undefined) {
      body = JSON.stringify(content);
      headers = addHeader(headers, "Content-Type", "application/json");
    }
  }
  if (auth) {
    const bearer = typeof auth.bearer === "function" ? auth.bearer() : auth.bearer;
    const value = bearer ? `Bearer ${bearer}` : basic(auth.user ?? auth.username, auth.pass ?? auth.password);
    headers = addHeader(headers, "Authorization", value);
  }
  const { method, timeout } = options;
  return { method, url, headers, body, timeout, followRedirects: options.followRedirect !== false };
}

function read(options, response) {
  if (options.encoding === null) return response.bytes ?? require("buffer").Buffer.from(response.body);
  if (options.json === undefined || options.json === false) return response.body;
  try {
    return JSON.parse(response.body);
  } catch {
    return response.body;
  }
}

/** `(url)`, `(options)`, `(url, options)`, each with a callback after it. */
function readArguments(given) {
  const callback = given.find((value) => typeof value === "function");
  const [first, second] = given.filter((value) => typeof value !== "function");
  const options = typeof first === "string" || first?.href ? { ...second, url: first } : { ...first };
  return [options, callback ?? options.callback];
}

function make(defaults) {
  function request(...given) {
    const [own, callback] = readArguments(given);
    const options = { ...defaults, ...own, headers: { ...defaults.headers, ...own.headers } };
    const listeners = {};
    const emit = (name, ...values) => (listeners[name] ?? []).forEach((run) => run(...values));
    let done;
    try {
      done = send(prepare(options));
    } catch (error) {
      done = Promise.reject(error);
    }
    // In a timer, so that what the callback throws is an error of the rule, as in Node.
    const later = (run) => setTimeout(run, 0);
    done.then(
      ({ status, statusText, headers, ...rest }) =>
        later(() => {
          const body = read(options, rest);
          const response = { statusCode: status, statusMessage: statusText, headers, body, request: { href: rest.url } };
          emit("response", response);
          emit("data", body);
          emit("end");
          callback?.(null, response, body);
        }),
      (error) =>
        later(() => {
          emit("error", error);
          callback?.(error);
        }),
    );
    const handle = { on: (name, run) => ((listeners[name] ??= []).push(run), handle), abort() {}, end() {} };
    return handle;
  }
  for (const [name, method] of Object.entries({ get: "GET", post: "POST", put: "PUT", patch: "PATCH", head: "HEAD", del: "DELETE", delete: "DELETE", options: "OPTIONS" }))
    request[name] = (...given) => {
      const [options, callback] = readArguments(given);
      return request({ ...options, method }, callback);
    };
  request.defaults = (more) => make({ ...defaults, ...more, headers: { ...defaults.headers, ...more.headers } });
  request.jar = () => ({});
  return request;
}

module.exports = make({});
