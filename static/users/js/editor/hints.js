/**
 * What other users have in the keys of a document, asked of the server a few keys at a time. Only names of keys
 * are sent. Without an answer (signed out, offline) the editor does without hints.
 *
 * @typedef {{types: Record<string, number>, items: Record<string, number>, users: string, values: string[]}} Hint
 *   `types` and `items` count users by JSON type; `values` are JSON texts.
 */
const MOST = 50;
/** Of all names in one request, so that its URL stays short enough for every proxy. */
const MOST_CHARACTERS = 3000;

export class Hints {
  /** @param {string | undefined} url of the endpoint; without one nothing is ever known */
  constructor(url) {
    this.url = url;
    /** @type {Map<string, Hint | null>} null where nothing is known of the key */
    this.known = new Map();
    this.asking = Promise.resolve();
    this.children = new Map();
  }

  /** @returns {Hint | undefined} what is known of a key by now, such as "app_metadata.plan". */
  get(name) {
    return this.known.get(name) ?? undefined;
  }

  /** Asks for what is not known yet, and waits for what was asked last. @returns {Promise<boolean>} whether anything was learnt. */
  async load(names) {
    const missing = [];
    let length = 0;
    for (const name of new Set(names)) {
      length += this.known.has(name) ? 0 : name.length;
      if (!this.known.has(name) && missing.length < MOST && length <= MOST_CHARACTERS) missing.push(name);
    }
    if (!this.url || !missing.length) {
      await this.asking;
      return false;
    }
    // Asked for once, whatever the answer is.
    for (const name of missing) this.known.set(name, null);
    this.asking = this.ask(missing.map((name) => ["key", name]));
    const answer = await this.asking;
    for (const [name, hint] of Object.entries(answer?.keys ?? {})) this.known.set(name, hint);
    return Boolean(answer);
  }

  /** @returns {Promise<{key: string, detail: string}[]>} the keys that users have below a path. */
  async below(name) {
    if (!this.url || name.length > MOST_CHARACTERS) return [];
    if (!this.children.has(name)) {
      this.children.set(name, this.ask([["under", name]]).then((answer) => answer?.children ?? []));
    }
    return this.children.get(name);
  }

  async ask(parameters) {
    try {
      const response = await fetch(`${this.url}?${new URLSearchParams(parameters)}`);
      return response.ok && !response.redirected ? await response.json() : null;
    } catch {
      return null;
    }
  }
}

/** The name of a path in the metadata map: "app_metadata.pets.name" for `pets[0].name`. */
export function mapName(document, path) {
  return [document, ...path.filter((step) => typeof step === "string")].join(".");
}
