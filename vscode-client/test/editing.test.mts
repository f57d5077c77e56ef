/** A Python file and a notebook, end to end: the squiggle appears, its fix makes it vanish, Confirm shows its result. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { asNotebook, CLONED, ORIGINAL, PROBE_COLUMN, PROBE_LINE, TEXT_MODEL } from "./models.mts";
import { PYTHON, startWorkbench, until, type Workbench } from "./workbench.mts";

/** Milliseconds that a build may take, with the import of Keras, on a machine that has other things to do. */
const BUILD = 60_000;

let code: Workbench;

before(async () => {
  code = await startWorkbench({
    folder: "text-model",
    files: { "model.py": TEXT_MODEL, "model.ipynb": asNotebook(TEXT_MODEL) },
    open: "model.py",
    // The server is the one that is installed in the interpreter, as after `pip install kls` in a project's environment.
    settings: { "kls.python": PYTHON },
    searchPath: "/usr/bin:/bin",
  });
});

afterEach(async (context) => {
  await code.pictureOf(context);
});

after(async () => {
  await code.stop();
});

test("the cloned input is underlined, and the hover says why", async () => {
  await code.squiggles().first().waitFor();
  const hover = await code.hover(code.squiggles().first());
  await code.picture("squiggle");
  assert.match(hover, /KLS101/);
  assert.match(hover, /not `ids`/, "the message names the tensor that was meant");
});

test("the fix from the menu makes it vanish, undo brings it back", async () => {
  await code.goTo(PROBE_LINE, PROBE_COLUMN);
  const fix = await code.quickFix(new RegExp(ORIGINAL));
  await code.picture("menu");
  await fix.click();
  await until("the line is repaired", async () => (await code.text()).includes(`probe = keras.Model(${ORIGINAL}, `));
  await until("no squiggle after the fix", async () => (await code.squiggles().count()) === 0);
  await code.picture("fixed");

  await code.page.keyboard.press("Control+z");
  await code.squiggles().first().waitFor();
  assert.ok((await code.text()).includes(`probe = keras.Model(${CLONED}, `));
});

test("Confirm, from the lens, builds the model and says what Keras did", async () => {
  await code.lens("Confirm with Keras").first().click();
  await code.lens("Confirmed by Keras").first().waitFor({ timeout: BUILD });
  await code.picture("confirmed");
  const hover = await code.hover(code.page.locator(".squiggly-error").first());
  await code.picture("confirmed-hover");
  assert.match(hover, /Confirmed by Keras/);

  await code.goTo(PROBE_LINE, PROBE_COLUMN);
  await code.quickFix(/ids.*verified/);
  await code.picture("verified");
  await code.page.keyboard.press("Escape");
});

test("Confirm, from the palette, does the same for the model at the cursor", async () => {
  await code.goTo(PROBE_LINE, 1);
  await code.page.keyboard.type("# another text\n"); // a verdict is about one text: this one has none yet
  await code.lens("Confirm with Keras").first().waitFor();
  await code.command("kls: Confirm model with Keras");
  await code.lens("Confirmed by Keras").first().waitFor({ timeout: BUILD });
});

test("after a restart of the server all is there again", async () => {
  await code.command("kls: Restart Server");
  await code.lens("Confirm with Keras").first().waitFor();
  await code.squiggles().first().waitFor();
});

test("in a notebook the cell is underlined, and the fix makes it vanish", async () => {
  await code.openFile("model.ipynb");
  await code.squiggles().first().waitFor({ timeout: 60_000 });
  await code.picture("notebook");
  await code.squiggles().first().click({ force: true });
  const fix = await code.quickFix(new RegExp(ORIGINAL));
  await code.picture("notebook-menu");
  await fix.click();
  await until("the line is repaired", async () => (await code.text()).includes(`probe = keras.Model(${ORIGINAL}, `));
  await until("no squiggle after the fix", async () => (await code.squiggles().count()) === 0);

  await code.page.keyboard.press("Control+z");
  await code.squiggles().first().waitFor();
});

test("in a notebook Confirm builds the model of the cell", async () => {
  await code.lens("Confirm with Keras").first().click();
  await code.lens("Confirmed by Keras").first().waitFor({ timeout: BUILD });
  await code.picture("notebook-confirmed");
});
