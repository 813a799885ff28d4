/** For jws, whose streams no script uses: it needs a class to inherit from. */
module.exports = class Stream {};
