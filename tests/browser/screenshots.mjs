// Takes pictures of mails: each HTML file of a folder that is named, at both widths and in both colour schemes.
//
//   node screenshots.mjs FROM TO NAME...        FROM/NAME.html becomes TO/NAME-600-light.png and so on

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withBrowser } from "./browser.mjs";
import { small } from "./small.mjs";

const [from, to, ...names] = process.argv.slice(2);
mkdirSync(to, { recursive: true });
await withBrowser(async (browser) => {
  const page = await browser.page();
  for (const name of names) {
    const html = readFileSync(join(from, `${name}.html`), "utf8");
    for (const scheme of ["light", "dark"]) {
      for (const width of [600, 320]) {
        await page.show(html, { width, scheme });
        writeFileSync(join(to, `${name}-${width}-${scheme}.png`), small(await page.picture()));
      }
    }
  }
});
