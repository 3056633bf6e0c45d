// Compiles the stylesheet and copies scripts, typeface and licences into ../static/portal.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as sass from "sass";

const out = new URL("../static/portal/", import.meta.url);
const modules = new URL("./node_modules/", import.meta.url);
mkdirSync(out, { recursive: true });

const { css } = sass.compile(new URL("scss/portal.scss", import.meta.url).pathname, {
  loadPaths: [modules.pathname],
  style: "compressed",
  quietDeps: true,
});
writeFileSync(new URL("portal.css", out), css + "\n");

// A source map comment would name a file that is not shipped, which the manifest storage refuses.
const frontend = readFileSync(new URL("govuk-frontend/dist/govuk/govuk-frontend.min.js", modules), "utf8");
writeFileSync(new URL("govuk-frontend.min.js", out), frontend.replace(/\/\/# sourceMappingURL=.*\s*$/, "") + "\n");

for (const name of ["portal.js", "portal-head.js", "autosave.js", "favicon.svg"]) {
  copyFileSync(new URL(`js/${name}`, import.meta.url), new URL(name, out));
}
copyFileSync(new URL("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2", modules), new URL("inter-latin.woff2", out));
copyFileSync(new URL("@fontsource-variable/inter/LICENSE", modules), new URL("inter-LICENSE.txt", out));
copyFileSync(new URL("govuk-frontend-LICENSE.txt", import.meta.url), new URL("govuk-frontend-LICENSE.txt", out));
