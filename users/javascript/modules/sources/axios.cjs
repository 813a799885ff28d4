/** The package axios, with an adapter that sends its requests through the parent process. */
const { default: axios } = require("axios");
const { basic, send } = require("#http");

async function adapter(config) {
  const headers = { ...config.headers.toJSON() };
  if (config.auth) headers.Authorization = basic(config.auth.username, config.auth.password);
  const { data, method, timeout } = config;
  const url = axios.getUri(config);
  let answer;
  try {
    answer = await send({ method, url, headers, body: data, timeout, followRedirects: config.maxRedirects !== 0 });
  } catch (error) {
    const code = error.code === "ETIMEDOUT" ? "ECONNABORTED" : "ERR_NETWORK";
    throw new axios.AxiosError(error.message, code, config);
  }
  const isBinary = ["arraybuffer", "blob", "stream"].includes(config.responseType);
  const response = {
    data: isBinary ? (answer.bytes ?? require("buffer").Buffer.from(answer.body)) : answer.body,
    status: answer.status,
    statusText: answer.statusText,
    headers: new axios.AxiosHeaders(answer.headers),
    config,
    request: { res: { responseUrl: answer.url } },
  };
  if (!config.validateStatus || config.validateStatus(answer.status)) return response;
  const code = answer.status < 500 ? "ERR_BAD_REQUEST" : "ERR_BAD_RESPONSE";
  throw new axios.AxiosError(`Request failed with status code ${answer.status}`, code, config, null, response);
}

axios.defaults.adapter = adapter;
axios.defaults.headers.common["User-Agent"] = undefined;
module.exports = axios;
