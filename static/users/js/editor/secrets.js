/**
 * Recognizes values that look like secrets: passwords, tokens, keys, card numbers. Profiles are read at every
 * sign-in and by many systems, so secrets do not belong there. All of it happens here: nothing is sent.
 */
import { gettext } from "../gettext.js";

/** The last words of a key whose value is secret: `db_password`, `clientSecret`. */
const SECRET_WORDS = new Set(
  ["password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "credentials", "cvv", "cvc", "ssn", "pin"],
);
const SECRET_PAIRS = new Set(
  ["api key", "access key", "private key", "secret key", "signing key", "card number", "security number"],
);

const SHAPES = [
  [/^eyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]*$/, gettext("a JSON Web Token")],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/, gettext("an AWS access key")],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, gettext("a private key")],
  [/\b(gh[pousr]_\w{36,}|github_pat_\w{60,})/, gettext("a GitHub token")],
  [/\b[sr]k_live_\w{16,}/, gettext("a Stripe key")],
  [/\bxox[abprs]-[\w-]{10,}/, gettext("a Slack token")],
  [/\bAIza[\w-]{35}\b/, gettext("a Google API key")],
  [/^\$2[abxy]\$\d\d\$[./\w]{53}$/, gettext("a password hash")],
];
/** Lengths of card numbers by their first digits (ISO/IEC 7812). */
const CARDS = [
  [/^4/, [13, 16, 19]],
  [/^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(6011|64[4-9]|65)/, [16, 19]],
  [/^3(0[0-5]|[68])/, [14]],
  [/^35(2[89]|[3-8])/, [16]],
];

/**
 * @param {string | undefined} key the last key of the value's path
 * @param {string} text a text, or a number as it is spelt
 * @returns {string | null} what it looks like; null where it looks like no secret
 */
export function secretKind(key, text) {
  const shape = SHAPES.find(([pattern]) => pattern.test(text));
  if (shape) return shape[1];
  if (isCardNumber(text)) return gettext("a card number");
  return key && text !== "" && isSecretName(key) ? gettext("a secret") : null;
}

function isSecretName(key) {
  const words = key.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
  return SECRET_WORDS.has(words.at(-1)) || SECRET_PAIRS.has(words.slice(-2).join(" "));
}

function isCardNumber(text) {
  if (!/^\d(?:[ -]?\d){12,18}$/.test(text.trim())) return false;
  const digits = text.replace(/\D/g, "");
  return CARDS.some(([start, lengths]) => start.test(digits) && lengths.includes(digits.length)) && passesLuhn(digits);
}

function passesLuhn(digits) {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
