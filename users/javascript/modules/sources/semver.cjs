/** For jsonwebtoken, which asks whether Node is new enough. */
module.exports = { satisfies: () => true };
