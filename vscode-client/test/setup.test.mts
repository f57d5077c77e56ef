/** The first minutes with kls: no server, the wrong server, the right one; a folder that is not trusted, then is. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { TEXT_MODEL } from "./models.mts";
import { KLS, PYTHON, startWorkbench, until, type Workbench } from "./workbench.mts";

/** Long enough for a loop to show itself. */
const A_WHILE = 3000;

let code: Workbench;

before(async () => {
  code = await startWorkbench({
    folder: "text-model",
    files: { "model.py": TEXT_MODEL },
    open: "model.py",
    settings: { "kls.python": PYTHON },
    askTrust: true,
    searchPath: "/usr/bin:/bin",
  });
});

afterEach(async (context) => {
  await code.pictureOf(context);
});

after(async () => {
  await code.stop();
});

async function setPath(program: string): Promise<void> {
  await code.notifications().getByRole("button", { name: "Open Settings" }).click();
  await code.page.locator(".settings-editor .setting-item-contents input.input").fill(program);
}

test("no kls anywhere: one message says what to run", async () => {
  await code.notifications().first().waitFor();
  await sleep(A_WHILE);
  await code.picture("missing-server");
  assert.equal(await code.notifications().count(), 1);
  assert.match(await code.notifications().innerText(), /pip install kls/);
});

test("its button leads to the setting; a program that is not kls gives one message that names it", async () => {
  await setPath("/bin/false");
  await until("a message names the program", async () =>
    (await code.notifications().allInnerTexts()).some((text) => text.includes("/bin/false")),
  );
  await sleep(A_WHILE);
  await code.picture("broken-server");
  assert.equal(await code.notifications().count(), 1);
});

test("with the right program all is well, without a restart of the editor", async () => {
  await setPath(KLS);
  await code.squiggles().first().waitFor();
  await code.page.keyboard.press("Escape"); // closes the settings
  await code.picture("working-server");
  assert.equal(await code.notifications().count(), 0);
});

test("a folder that is not trusted is checked, but nothing of it is run", async () => {
  const commands = await code.palette(">kls: ");
  await commands.filter({ hasText: "kls: Restart Server" }).waitFor();
  assert.equal(await commands.filter({ hasText: "kls: Confirm" }).count(), 0);
  await code.page.keyboard.press("Escape");

  await code.lens("Confirm with Keras").first().click();
  await code.notifications().filter({ hasText: "not trusted" }).waitFor();
  await code.picture("untrusted");
});

test("once it is trusted, models can be confirmed", async () => {
  await code.command("Workspaces: Manage Workspace Trust");
  await code.page.getByRole("button", { name: "Trust", exact: true }).click();
  await code.command("View: Close Editor");
  await until("a server that knows it", async () => {
    await code.lens("Confirm with Keras").first().click();
    await sleep(1000);
    return (await code.lens("Confirm with Keras").count()) === 0;
  }, 60_000);
  await code.lens("Confirmed by Keras").first().waitFor();
});
