/**
 * What every script finds in its context in addition to the language, and how the process talks to it. Evaluated in
 * each fresh context before the script; returns the function by which `process/engine.py` drives the run.
 *
 * The script can call nothing outside its context: a call is a message in `outbox` and a promise, which the process
 * resolves later. All that crosses the border is JSON text.
 */
(function () {
  "use strict";

  const { parse, stringify } = JSON;
  const { now } = Date;
  const { defineProperty, freeze } = Object;
  const { apply } = Reflect;
  const { join: joinArray } = Array.prototype;
  const MAX_LINES = 50;
  const MAX_LINE = 256;
  const MAX_MESSAGE = 2000;
  const MAX_CALLS = 50;

  const lines = [];
  let linesLeftOut = 0;
  let outbox = [];
  let calls = 0;
  const waiting = new Map();
  const timers = new Map();
  let lastTimer = 0;
  let outcome = null;

  function print(line) {
    if (lines.length < MAX_LINES) lines[lines.length] = line.length > MAX_LINE ? line.slice(0, MAX_LINE - 1) + "…" : line;
    else linesLeftOut += 1;
  }

  /** A value as a line of text, somewhat as Node's console has it. */
  function describe(value) {
    if (typeof value === "string") return value;
    if (typeof value === "function") return value.name ? `[Function: ${value.name}]` : "[Function]";
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (typeof value !== "object" || value === null) return String(value);
    try {
      return stringify(value, (key, inner) => (typeof inner === "bigint" ? `${inner}n` : inner)) ?? String(value);
    } catch {
      return Object.prototype.toString.call(value);
    }
  }

  function format(values) {
    let rest = values;
    let text = "";
    if (typeof values[0] === "string" && values.length > 1) {
      let used = 1;
      text = values[0].replace(/%[sdifjoO%]/g, (mark) => {
        if (mark === "%%") return "%";
        if (used >= values.length) return mark;
        const value = values[used++];
        if (mark === "%d" || mark === "%f") return String(Number(value));
        if (mark === "%i") return String(parseInt(value, 10));
        return describe(value);
      });
      rest = values.slice(used);
      return [text, ...rest.map(describe)].join(" ");
    }
    return rest.map(describe).join(" ");
  }

  /** Ask the parent to do something. Resolves to its answer, or rejects with an Error. */
  function call(operation, ...given) {
    return new Promise((resolve, reject) => {
      calls += 1;
      if (calls > MAX_CALLS) throw new Error(`A script can make ${MAX_CALLS} calls; this is one more.`);
      const written = `[${calls},${stringify(String(operation))},${stringify(given)}]`;
      waiting.set(calls, { resolve, reject });
      outbox[outbox.length] = written;
    });
  }

  function deliver(text) {
    for (const [id, succeeded, value] of parse(text)) {
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (succeeded) resolve(value);
      else reject(new Error(value));
    }
  }

  function addTimer(run, delay, given, every) {
    if (typeof run !== "function") throw new TypeError("The first argument of a timer is a function.");
    const pause = Math.max(1, Math.min(Number(delay) || 0, 2 ** 31 - 1));
    lastTimer += 1;
    timers.set(lastTimer, { at: now() + pause, run, given, every: every ? pause : null });
    return lastTimer;
  }

  function nextTimer() {
    let found = null;
    for (const [id, timer] of timers) if (found === null || timer.at < found[1].at) found = [id, timer];
    return found;
  }

  function runTimer() {
    const [id, timer] = nextTimer() ?? [null, null];
    if (id === null || timer.at > now()) return;
    if (timer.every === null) timers.delete(id);
    else timer.at = now() + timer.every;
    try {
      timer.run(...timer.given);
    } catch (error) {
      fail(error);
    }
  }

  /** End the run; only the first end counts. `written` is the JSON of the outcome. */
  function end(written, complaint) {
    if (outcome === null) outcome = written;
    else print(complaint);
  }

  /** The kind and the text of whatever a script passed, threw or rejected with as an error. */
  function explain(error) {
    if (error !== null && typeof error === "object") {
      const message = typeof error.message === "string" ? error.message : describe(error);
      const isMemory = error instanceof InternalError && message === "out of memory";
      const kind = error.name === "UnauthorizedError" ? "unauthorized" : isMemory ? "memory_limit" : "error";
      const isOwn = error instanceof Error && ["Error", "UnauthorizedError"].includes(error.name);
      const name = error instanceof Error && !isOwn && !isMemory ? `${error.name}: ` : "";
      return { kind, message: name + message, stack: typeof error.stack === "string" ? error.stack : "" };
    }
    // The engine throws null where no memory is left to make an error. A callback passes no null here.
    return { kind: error === null ? "memory_limit" : "error", message: String(error), stack: "" };
  }

  function fail(error) {
    let found;
    try {
      found = explain(error);
    } catch {
      found = { kind: "error", message: "The error cannot be shown: reading its message fails.", stack: "" };
    }
    const message = found.message.slice(0, MAX_MESSAGE);
    const written = `{"kind":${stringify(found.kind)},"message":${stringify(message)},"stack":${stringify(found.stack.slice(0, MAX_MESSAGE))}}`;
    end(`"error":${written}`, `After the callback: ${message}`);
  }

  function succeed(written) {
    end(`"value":${written}`, "The callback was called again; only its first call counts.");
  }

  function publish(name, value) {
    defineProperty(globalThis, name, { value, writable: false, configurable: false, enumerable: false });
  }

  const log = (...values) => print(format(values));
  publish("console", freeze({ log, info: log, warn: log, error: log, debug: log, trace: log }));
  publish("setTimeout", freeze((run, delay, ...given) => addTimer(run, delay, given, false)));
  publish("setInterval", freeze((run, delay, ...given) => addTimer(run, delay, given, true)));
  publish("setImmediate", freeze((run, ...given) => addTimer(run, 0, given, false)));
  const clear = freeze((id) => void timers.delete(id));
  for (const name of ["clearTimeout", "clearInterval", "clearImmediate"]) publish(name, clear);

  const kinds = {};

  const commands = {
    /** Call the script by its convention. */
    start(kind, script, written) {
      try {
        kinds[kind](script, parse(written));
      } catch (error) {
        fail(error);
      }
    },
    answer: deliver,
    timer: runTimer,
    /** The calls that are to be made, as a JSON array; empty without any. */
    calls() {
      const written = outbox.length ? `[${apply(joinArray, outbox, [","])}]` : "";
      outbox = [];
      return written;
    },
    hasEnded: () => outcome !== null,
    /** Milliseconds until the next timer, or -1. */
    pause() {
      const next = nextTimer();
      return next === null ? -1 : Math.max(0, next[1].at - now());
    },
    outcome: () => `{${outcome ?? '"error":{"kind":"no_callback"}'},"console":${commands.console()}}`,
    console() {
      if (linesLeftOut) lines[MAX_LINES - 1] = `(${linesLeftOut + 1} more lines)`;
      return stringify(lines);
    },
    isFunction: (value) => typeof value === "function",
  };

  const host = (name, ...given) => {
    const answer = commands[name](...given);
    // The process cannot read the ropes that the engine makes of long texts; `join` makes a plain string.
    return typeof answer === "string" ? apply(joinArray, [answer], [""]) : answer;
  };
  host.kinds = kinds;
  host.commands = commands;
  host.tools = freeze({ call, fail, succeed, publish, print, stringify });
  return host;
});
