// Looks for what keeps people out: axe-core in a real browser, on each HTML file of a folder, at two widths and in both
// colour schemes. Prints what it finds as JSON; also what does not fit a narrow screen.
//
//   node axe.mjs FOLDER

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { withBrowser } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = process.argv[2];
const files = readdirSync(folder).filter((name) => name.endsWith(".html")).sort();
const found = [];
await withBrowser(async (browser) => {
  const page = await browser.page();
  for (const file of files) {
    const html = readFileSync(join(folder, file), "utf8");
    // Colours do not change with the width, nor does what there is: each scheme and each width once is enough. A page
    // with twice the text is looked at for its fit alone.
    for (const [scheme, width, zoom] of [["light", 320, 1], ["dark", 600, 1], ["light", 600, 2]]) {
      await page.show(html, { width, scheme, zoom });
      const wide = await page.run("document.scrollingElement.scrollWidth - window.innerWidth");
      const add = (rule, where) => found.push({ file, scheme, width, rule, where });
      if (wide > 0) add("fits", `${wide} px too wide`);
      if (zoom !== 1) continue;
      await page.run(axe + "; true");
      const { violations, incomplete } = await page.run(
        "axe.run(document, { resultTypes: ['violations', 'incomplete'] }).then(({ violations, incomplete }) => ({ violations, incomplete }))",
      );
      // Where axe cannot tell whether the contrast is enough, nobody can rely on it.
      for (const { id, nodes } of [...violations, ...incomplete.filter(({ id }) => id === "color-contrast")]) {
        for (const node of nodes) add(id, `${node.html.slice(0, 200)}: ${(node.failureSummary ?? "").replace(/\s+/g, " ").slice(0, 300)}`);
      }
    }
  }
});
console.log(JSON.stringify({ files: files.length, found }, null, 1));
