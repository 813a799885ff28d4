/**
 * Builds what the browser loads out of `node_modules`. Git ignores all outputs:
 *
 *   static/users/js/bundle/   what every page loads; the metadata editor; CodeMirror, which is fetched when JSON mode
 *                             is first opened; the editor of rules; and the sample application of the demo
 *   static/users/img/icons.svg   one sprite with the icons that `static/users/img/icons.json` names
 *   static/users/fonts/   the two fonts, as far as pages use them, with their licences
 */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import subsetFont from "subset-font";

const here = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

// The oldest browsers with `light-dark()` and `popover`; docs/production.md states them.
const BROWSERS = ["chrome123", "firefox125", "safari17.5"];

async function bundleScripts() {
  const source = (name) => here(`static/users/js/${name}.js`);
  await build({
    entryPoints: {
      desk: source("desk"),
      list: source("list"),
      page: source("page"),
      editor: source("editor/main"),
      code: source("editor/code"),
      rule: source("rules/main"),
      sample_application: source("sample_application"),
    },
    outdir: here("static/users/js/bundle"),
    bundle: true,
    minify: true,
    format: "esm",
    target: BROWSERS,
    legalComments: "linked",
    logLevel: "warning",
  });
}

async function buildSprite() {
  const names = JSON.parse(await readFile(here("static/users/img/icons.json"), "utf8"));
  const symbols = await Promise.all(Object.entries(names).map(([name, file]) => readSymbol(name, file)));
  const sprite = [
    '<svg xmlns="http://www.w3.org/2000/svg">',
    "<!-- Lucide, see icons-LICENSE.txt -->",
    ...symbols,
    "</svg>\n",
  ];
  await writeFile(here("static/users/img/icons.svg"), sprite.join("\n"));
  await copyFile(here("node_modules/lucide-static/LICENSE"), here("static/users/img/icons-LICENSE.txt"));
}

/** One icon as a symbol: Lucide's, whose strokes are set by the stylesheet, or after `./` one of our own. */
async function readSymbol(name, file) {
  const own = file.startsWith("./");
  const path = own ? `static/users/img/${file}` : `node_modules/lucide-static/icons/${file}.svg`;
  const svg = await readFile(here(path), "utf8");
  const shapes = svg.match(/<svg[^>]*>(.*)<\/svg>/s)[1].replace(/\s+/g, " ").replaceAll(" />", "/>").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

/** The font files that tokens.css names, each with the characters and the weights that it states for it. */
async function buildFonts() {
  await mkdir(here("static/users/fonts"), { recursive: true });
  const stylesheet = await readFile(here("static/users/css/tokens.css"), "utf8");
  for (const [face] of stylesheet.matchAll(/@font-face \{.*?\}/gs)) {
    const [, file, font] = face.match(/fonts\/(([a-z-]+)-latin[^"]*)"/);
    const [, min, max] = face.match(/font-weight: (\d+) (\d+)/).map(Number);
    const from = `node_modules/@fontsource-variable/${font}`;
    const options = { targetFormat: "woff2", variationAxes: { wght: { min, max } } };
    const made = await subsetFont(await readFile(here(`${from}/files/${file}`)), characters(face), options);
    await writeFile(here(`static/users/fonts/${file}`), made);
    await copyFile(here(`${from}/LICENSE`), here(`static/users/fonts/${font}-LICENSE.txt`));
  }
}

/** The characters of a `unicode-range`, as one string. */
function characters(face) {
  const ranges = face.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/g);
  return Array.from(ranges, ([, first, last = first]) => {
    const start = parseInt(first, 16);
    return String.fromCodePoint(...Array.from({ length: parseInt(last, 16) - start + 1 }, (_, place) => start + place));
  }).join("");
}

await Promise.all([bundleScripts(), buildSprite(), buildFonts()]);
