/**
 * Bundles the modules that scripts may `require` into `bundle/`, which git ignores: one file each, and `index.json`.
 * `make bundle` runs it. Modules that others need are files of their own, so that a script pays only for what it uses.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// By the name that scripts use: an npm package, or a file of `sources/`. Names with `#` are for modules alone.
const MODULES = {
  "@auth0/rule-utilities": "./rule_utilities.cjs",
  auth0: "./auth0.cjs",
  axios: "./axios.cjs",
  buffer: "buffer",
  crypto: "./crypto.cjs",
  "ipaddr.js": "ipaddr.js",
  jsonwebtoken: "jsonwebtoken",
  lodash: "lodash",
  moment: "moment",
  "moment-timezone": "./moment_timezone.cjs",
  "node-fetch": "./fetch.cjs",
  querystring: "querystring",
  request: "./request.cjs",
  url: "./url.cjs",
  util: "./util.cjs",
  uuid: "uuid",
  "uuid/v1": "./uuid_v1.cjs",
  "uuid/v4": "./uuid_v4.cjs",
  "#aes": "./aes.cjs",
  "#encoding": "./encoding.cjs",
  "#http": "./http.cjs",
  "#random": "./random.cjs",
  "#rsa": "./rsa.cjs",
  "#sha2": "@noble/hashes/sha2.js",
  "#web_url": "./web_url.cjs",
};

// Globals that are made when a script first uses them, with their module. Among them are those that older rules use without
// `require`.
const GLOBALS = {
  _: "lodash",
  Buffer: "buffer",
  TextDecoder: "#encoding",
  TextEncoder: "#encoding",
  URL: "#web_url",
  URLSearchParams: "#web_url",
  crypto: "crypto",
  fetch: "node-fetch",
  jwt: "jsonwebtoken",
  request: "request",
};

// What stands in for a package that another asks for: a module of the table, or a small file of ours.
const SHIMS = {
  "@noble/hashes/sha2.js": "#sha2",
  qs: "querystring",
  semver: "./semver.cjs",
  stream: "./stream.cjs",
};

const source = (target) => (target.startsWith("./") ? here(`sources/${target}`) : target);

/** Leaves the modules of the table out of each other's bundles. */
const apart = (own) => ({
  name: "apart",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === "entry-point") return undefined;
      const name = path.replace(/^node:/, "").replace(/^buffer\/$/, "buffer");
      if (name in SHIMS && SHIMS[name] !== own) {
        const target = SHIMS[name];
        return target in MODULES ? { path: target, external: true } : { path: source(target) };
      }
      if (name.startsWith("#") || (name in MODULES && name !== own)) return { path: name, external: true };
      return undefined;
    });
  },
});

async function bundleModule(name, target) {
  const file = `${name.replace(/[^a-z0-9]+/gi, "_").replace(/^_/, "")}.js`;
  const result = await build({
    stdin: { contents: `module.exports = require(${JSON.stringify(source(target))});`, resolveDir: here(".") },
    outfile: here(`bundle/${file}`),
    bundle: true,
    minify: true,
    format: "cjs",
    platform: "browser",
    target: "es2022",
    charset: "ascii",
    define: { "process.version": '"v20.0.0"', "process.env.NODE_ENV": '"production"' },
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    // The packages that use the global `crypto` need no more of it than random bytes.
    inject: name === "uuid" ? [here("sources/random_global.mjs")] : [],
    plugins: [apart(name)],
  });
  const needs = Object.values(result.metafile.outputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  );
  return [name, { file, needs: [...new Set(needs)].sort() }];
}

await rm(here("bundle"), { recursive: true, force: true });
const modules = Object.fromEntries(
  await Promise.all(Object.entries(MODULES).map(([name, target]) => bundleModule(name, target))),
);
await writeFile(here("bundle/index.json"), `${JSON.stringify({ globals: GLOBALS, modules }, null, 1)}\n`);
