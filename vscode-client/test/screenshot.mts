/** Makes images/screenshot.png, the picture in README.md, from the real editor: `npm run screenshot`. */

import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { TEXT_MODEL } from "./models.mts";
import { KLS, PYTHON, startWorkbench } from "./workbench.mts";

const code = await startWorkbench({
  folder: "text-model",
  files: { "model.py": TEXT_MODEL },
  open: "model.py",
  settings: {
    "kls.path": KLS,
    "kls.python": PYTHON,
    "editor.hover.above": false, // it would lie over the program that it is about
    "editor.fontSize": 15,
    "editor.occurrencesHighlight": "off",
    "workbench.activityBar.location": "hidden",
  },
});
try {
  await code.squiggles().first().waitFor();
  await code.lens("Confirm with Keras").first().waitFor();
  await code.hover(code.squiggles().first(), { x: 20, y: 4 });
  // A hover is small until one draws at its edge: the whole table of layers is to be seen.
  const hover = await code.page.locator(".monaco-resizable-hover:visible").boundingBox();
  const table = await code.page.locator(".monaco-resizable-hover:visible table").first().boundingBox();
  if (hover !== null && table !== null) {
    const middle = hover.x + hover.width / 2;
    await code.page.mouse.move(middle, hover.y + hover.height);
    await code.page.mouse.down();
    await code.page.mouse.move(middle, table.y + table.height + 4, { steps: 5 });
    await code.page.mouse.up();
    await code.page.mouse.move(middle, hover.y + 20, { steps: 5 });
    await sleep(1000); // the edge has a colour for a moment
  }
  await code.page.screenshot({ path: path.join(import.meta.dirname, "../images/screenshot.png") });
} finally {
  await code.stop();
}
