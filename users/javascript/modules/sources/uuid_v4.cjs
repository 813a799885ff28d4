module.exports = require("uuid").v4;
