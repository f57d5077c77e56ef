/** The first minutes with kls: no server, the wrong server, the right one; a folder that is not trusted, then is. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { TEXT_MODEL } from "./models.mts";
import { KLS, PYTHON, startWorkbench, until, type Workbench } from "./workbench.mts";

/** Long enough for a loop to show itself. */
const A_WHILE = 3000;

const FOREIGN = { "kls.path": "/bin/false", "kls.python": "/bin/false", "kls.sandbox.allowUnsandboxed": true };

let code: Workbench;

before(async () => {
  code = await startWorkbench({
    folder: "text-model",
    // Settings that name a program are the user's own: all that follows shows that those of the folder do not count.
    files: { "model.py": TEXT_MODEL, ".vscode/settings.json": JSON.stringify(FOREIGN) },
    open: "model.py",
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

/** In the settings editor that the message has opened. */
async function set(setting: string, value: string): Promise<void> {
  await code.page.locator(".settings-editor .search-container .view-lines").click();
  await code.page.keyboard.press("Control+a");
  await code.page.keyboard.type(`@id:${setting}`);
  const item = code.page.locator(".settings-editor .setting-item-contents");
  await item.filter({ hasText: setting === "kls.path" ? "Kls: Path" : "Kls: Python" }).locator("input.input").fill(value);
  await until(`${setting} is written`, async () => (await code.machineSettings()).includes(value));
}

async function openSettings(): Promise<void> {
  await code.notifications().getByRole("button", { name: "Open Settings" }).click();
}

test("no kls anywhere: one message says what to run", async () => {
  await code.notifications().first().waitFor();
  await sleep(A_WHILE);
  await code.picture("missing-server");
  assert.equal(await code.notifications().count(), 1);
  assert.match(await code.notifications().innerText(), /pip install kls/);
});

test("its button leads to the setting; a program that is not kls gives one message that names it", async () => {
  await openSettings();
  await set("kls.path", "/bin/false");
  await until("a message names the program", async () =>
    (await code.notifications().allInnerTexts()).some((text) => text.includes("/bin/false")),
  );
  await sleep(A_WHILE);
  await code.picture("broken-server");
  assert.equal(await code.notifications().count(), 1);
});

test("with the right program all is well, without a restart of the editor", async () => {
  await openSettings();
  await set("kls.path", KLS);
  await code.squiggles().first().waitFor();
  await set("kls.python", PYTHON);
  await code.page.keyboard.press("Escape"); // closes the settings
  await code.squiggles().first().waitFor();
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

test("a server that crashes comes back, up to a point, and then one message says that it stays down", async () => {
  for (let crash = 1; crash <= 4; crash++) {
    const [before] = await code.serverProcesses();
    assert.ok(before !== undefined, "a server runs");
    process.kill(before, "SIGKILL");
    await until(`another one after crash ${crash}`, async () => {
      const [now] = await code.serverProcesses();
      return now !== undefined && now !== before;
    });
    await code.squiggles().first().waitFor();
  }
  assert.equal(await code.notifications().filter({ hasText: "again and again" }).count(), 0);

  process.kill((await code.serverProcesses())[0] ?? 0, "SIGKILL");
  await code.notifications().filter({ hasText: "crashed again and again" }).waitFor();
  await sleep(A_WHILE);
  await code.picture("crashed");
  assert.deepEqual(await code.serverProcesses(), []);

  await code.notifications().getByRole("button", { name: "Try Again" }).click();
  await code.squiggles().first().waitFor();
});
