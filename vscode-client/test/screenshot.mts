/** Makes images/screenshot.png, the picture in README.md, from the real editor: `npm run screenshot`. */

import * as path from "node:path";

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
  const box = await code.page.locator(".monaco-resizable-hover:visible").boundingBox();
  if (box !== null) {
    await code.page.mouse.move(box.x + box.width / 2, box.y + box.height);
    await code.page.mouse.down();
    await code.page.mouse.move(box.x + box.width / 2, box.y + box.height + 130, { steps: 5 });
    await code.page.mouse.up();
  }
  await code.page.screenshot({ path: path.join(import.meta.dirname, "../images/screenshot.png") });
} finally {
  await code.stop();
}
