/** What stands in for the global `crypto` in packages that want random bytes of it. */
import random from "#random";

export const { crypto } = random;
