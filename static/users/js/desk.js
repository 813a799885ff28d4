// What every page of the dashboard loads, as one file: `make bundle` writes it to `bundle/desk.js`.
import "./page.js";
import "./suggest.js";
import "./shortcuts.js";
import "./palette.js";
import "./toast.js";
