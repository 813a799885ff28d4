// What every page of the dashboard loads, as one file: `make bundle` writes it to `bundle/desk.js`.
import "./page.js";
import "./rows.js";
import "./suggest.js";
import "./shortcuts.js";
import "./palette.js";
import "./toast.js";
import { readStored } from "./storage.js";

// "‹ Users" leads back to the search that one came from.
const search = readStored("sessionStorage", "users-list");
for (const link of document.querySelectorAll('.crumbs a[href$="/users/user/"]')) link.search = search ?? "";
