/** Node's `url`: the functions of its older interface, and the classes of the newer. */
const legacy = require("url/url.js");

module.exports = {
  ...legacy,
  get URL() {
    return require("#web_url").URL;
  },
  get URLSearchParams() {
    return require("#web_url").URLSearchParams;
  },
};
