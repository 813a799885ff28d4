/**
 * Bundles the browser code into `static/users/js/bundle/`, which git ignores: what each page with
 * an editor loads, and CodeMirror, which is fetched when JSON mode is first opened.
 */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: { editor: here("main.js"), code: here("code.js") },
  outdir: here("../bundle"),
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome111", "firefox113", "safari16.4"],
  legalComments: "linked",
  logLevel: "warning",
});
