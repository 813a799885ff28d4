/** URL and URLSearchParams as the WHATWG standard has them. */
module.exports = {
  URL: require("core-js-pure/stable/url/index.js"),
  URLSearchParams: require("core-js-pure/stable/url-search-params/index.js"),
};
