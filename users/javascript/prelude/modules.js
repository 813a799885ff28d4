/**
 * `require`, for the modules that `modules/bundle.mjs` bundles, and the globals that are made of some of them.
 *
 * The process adds the sources of those that a script names, before it runs: none can be fetched while it does.
 */
(function (host) {
  "use strict";

  const { call, publish } = host.tools;
  const { defineProperty } = Object;
  const evaluate = eval;
  const sources = new Map();
  const loaded = new Map([["#host", { exports: { call } }]]);
  let offered = [];
  let globals = {};

  /** The name without `node:` and without a version: `lodash@4.17.19`, `uuid@3.3.2/v4`. */
  const strip = (name) => name.replace(/^node:/, "").replace(/(?<=.)@[^/]*/, "");

  function load(name) {
    const found = loaded.get(name);
    if (found) return found.exports;
    const module = { exports: {} };
    // Before it is evaluated, for modules that need each other.
    loaded.set(name, module);
    const run = evaluate(`(function (exports, require, module) {${sources.get(name)}\n})`);
    run(module.exports, load, module);
    module.isComplete = true;
    return module.exports;
  }

  function require(given) {
    const name = strip(String(given));
    if (sources.has(name) && !name.startsWith("#")) return load(name);
    const isOffered = offered.includes(name);
    const reason = isOffered ? "Its name must be in the script, in quotes." : `There are: ${offered.join(", ")}.`;
    const error = new Error(`Cannot find module '${given}'. ${reason}`);
    error.code = "MODULE_NOT_FOUND";
    throw error;
  }
  publish("require", Object.freeze(require));

  host.commands.offer = (names, namedGlobals) => {
    offered = names;
    globals = namedGlobals;
  };

  host.commands.addModule = (name, source) => {
    if (sources.has(name)) return;
    sources.set(name, source);
    for (const key of Object.keys(globals)) if (globals[key] === name) addGlobal(key, name);
  };

  host.commands.load = (name) => void load(name);

  host.commands.loaded = () => [...loaded.keys()].filter((name) => sources.has(name)).join(" ");

  /** Random bytes in hexadecimal, from which `#random` makes all others. */
  host.commands.seed = (hex) => {
    const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, place) => parseInt(hex.slice(2 * place, 2 * place + 2), 16));
    loaded.set("#seed", { exports: bytes });
  };

  /** A global that is evaluated when it is first used. Scripts may replace it, as in Node. */
  function addGlobal(key, name) {
    const set = (value) => defineProperty(globalThis, key, { value, writable: true, configurable: true });
    const get = () => {
      // lodash looks whether there is another `_` while it is evaluated.
      if (loaded.has(name) && !loaded.get(name).isComplete) return undefined;
      const exports = load(name);
      const value = exports[key] ?? exports;
      set(value);
      return value;
    };
    defineProperty(globalThis, key, { get, set, configurable: true });
  }
});
