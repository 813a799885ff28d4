/** moment-timezone with its data for the years around now: all years would take 20 ms to read. */
module.exports = require("moment-timezone/builds/moment-timezone-with-data-10-year-range.js");
