/** A real VS Code for the tests: code-server, with our .vsix installed, seen through Chromium. Nothing of it outlives a test. */

import { spawn, execFile, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { chromium, type Browser, type Locator, type Page } from "playwright-core";

const CLIENT = path.resolve(import.meta.dirname, "..");
const REPOSITORY = path.resolve(CLIENT, "..");
const CODE_SERVER = path.join(REPOSITORY, ".editors/code-server/node_modules/code-server/out/node/entry.js");
const RESULTS = path.join(REPOSITORY, "test-results/vscode");
const VSIX = path.join(CLIENT, "kls.vsix");
const CHROMIUM = process.env.KLS_TEST_CHROMIUM ?? "/usr/bin/chromium";

/** The server under test, and the interpreter with Keras that it is told of. */
export const KLS = process.env.KLS_TEST_SERVER ?? path.join(REPOSITORY, ".venv/bin/kls");
export const PYTHON = process.env.KLS_TEST_PYTHON ?? path.join(REPOSITORY, ".venv/bin/python");

/** What a user would switch off too, to have nothing but their code on the screen. */
const TIDY = {
  "breadcrumbs.enabled": false,
  "chat.commandCenter.enabled": false,
  "chat.disableAIFeatures": true,
  "editor.fontFamily": "DejaVu Sans Mono",
  "editor.fontSize": 14,
  "editor.minimap.enabled": false,
  "editor.stickyScroll.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off",
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "window.commandCenter": false,
  "workbench.colorTheme": "Default Light Modern",
  // Without it, a notebook that is opened this early shows as JSON: its editor is an extension that comes later.
  "workbench.editorAssociations": { "*.ipynb": "jupyter-notebook" },
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
};

export interface Options {
  /** Name of the folder that is opened, as it shows in the window. */
  readonly folder: string;
  /** The folder's files: path to text. */
  readonly files: Readonly<Record<string, string>>;
  /** The file to open. */
  readonly open: string;
  /** Settings of the user's own, over TIDY. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether the user is asked to trust the folder; by default it is trusted. */
  readonly askTrust?: boolean;
  /** The PATH on which the extension may find `kls`. */
  readonly searchPath?: string;
}

/** Starts VS Code on a fresh folder; `stop` it whatever happens. */
export async function startWorkbench(options: Options): Promise<Workbench> {
  const home = await mkdtemp(path.join(tmpdir(), "kls-vscode-"));
  const workspace = path.join(home, options.folder);
  for (const [name, text] of Object.entries(options.files)) {
    await mkdir(path.dirname(path.join(workspace, name)), { recursive: true });
    await writeFile(path.join(workspace, name), text);
  }
  await writeSettings(home, { ...TIDY, ...options.settings });
  const environment = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, "config"),
    XDG_DATA_HOME: path.join(home, "data"),
    XDG_CACHE_HOME: path.join(home, "cache"),
    PATH: options.searchPath ?? process.env.PATH,
  };
  const extensions = ["--extensions-dir", path.join(home, "extensions")];
  const run = promisify(execFile);
  await run(process.execPath, [CODE_SERVER, "--install-extension", VSIX, ...extensions], { env: environment });

  const port = await freePort();
  const arguments_ = [
    CODE_SERVER,
    ...["--bind-addr", `127.0.0.1:${port}`, "--auth", "none"],
    ...["--user-data-dir", path.join(home, "user"), ...extensions],
    ...["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"],
    ...(options.askTrust === true ? [] : ["--disable-workspace-trust"]),
  ];
  // A process group of its own, so that its end takes the extension host and the server along.
  const server = spawn(process.execPath, arguments_, { env: environment, detached: true, stdio: "ignore" });
  process.once("exit", () => {
    endGroup(server, "SIGKILL"); // should the tests be ended before they can clean up
  });
  let browser: Browser | undefined;
  try {
    await healthy(port);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", // no gallery, no settings sync: nothing to wait for
      ],
    });
    const context = await browser.newContext({ viewport: { width: 1400, height: 800 } });
    const page = await context.newPage();
    const file = path.join(workspace, options.open);
    // The authority must be that of the page: with an empty one lenses appear, but squiggles do not.
    const payload = JSON.stringify([["openFile", `vscode-remote://127.0.0.1:${port}${file}`]]);
    await page.goto(`http://127.0.0.1:${port}/?${new URLSearchParams({ folder: workspace, payload }).toString()}`);
    await page.locator(".monaco-workbench").waitFor({ timeout: 30_000 });
    return new Workbench(page, workspace, async () => {
      await end(server, browser, home);
    });
  } catch (error) {
    await end(server, browser, home);
    throw error;
  }
}

/** What a person does in the window, and sees there. */
export class Workbench {
  readonly page: Page;
  readonly workspace: string;
  readonly stop: () => Promise<void>;

  constructor(page: Page, workspace: string, stop: () => Promise<void>) {
    this.page = page;
    this.workspace = workspace;
    this.stop = stop;
  }

  /** Squiggles under text, one or more for each diagnostic of these severities. */
  squiggles(): Locator {
    return this.page.locator(".squiggly-error, .squiggly-warning");
  }

  /** The settings of this machine, as they are on disk. */
  async machineSettings(): Promise<string> {
    return readFile(path.join(path.dirname(this.workspace), "user/Machine/settings.json"), "utf8");
  }

  /** The process ids of our server. */
  async serverProcesses(): Promise<number[]> {
    const ours = await processes(path.dirname(this.workspace));
    return ours.filter(({ line }) => line.endsWith(" server ")).map(({ pid }) => pid);
  }

  /** The lens with this text. */
  lens(text: string): Locator {
    return this.page.locator(".codelens-decoration a", { hasText: text });
  }

  /** Messages at the lower right. */
  notifications(): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item");
  }

  /** Points at something (its middle, or `at` from its corner) and returns the text of the hover that comes up. */
  async hover(target: Locator, at?: { x: number; y: number }): Promise<string> {
    await this.page.mouse.move(0, 0);
    await target.hover({ force: true, ...(at && { position: at }) }); // text lies over a squiggle: Playwright would wait for it to go away
    const hover = this.page.locator(".monaco-hover:visible .hover-contents, .monaco-hover:visible .hover-row");
    await hover.first().waitFor();
    return (await hover.allInnerTexts()).join("\n");
  }

  /** Puts the cursor at a line and column, both counted from one. */
  async goTo(line: number, column: number): Promise<void> {
    await this.ask("Control+g", `:${line}:${column}`);
    await this.page.keyboard.press("Enter");
  }

  /** Opens another file of the folder in place of the one in view. */
  async openFile(name: string): Promise<void> {
    await this.command("File: Save");
    await this.page.locator(".tab.dirty").waitFor({ state: "detached" }); // else the workbench asks whether to save
    await this.command("View: Close Editor");
    await this.pick(name);
  }

  /** Runs a command of the palette by its title. */
  async command(title: string): Promise<void> {
    await this.pick(title, ">");
  }

  /** What the palette offers for these words. */
  async palette(words: string): Promise<Locator> {
    // Not Ctrl+P and its like: while the editor changes, the browser would take them for its own.
    await this.ask("F1", words);
    return this.page.locator(".quick-input-list .monaco-list-row");
  }

  /** Opens the input at the top by its key and writes into it; again if the workbench closes it, as when trust restarts the extensions. */
  private async ask(key: string, words: string): Promise<void> {
    const input = this.page.locator(".quick-input-widget input");
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press(key);
      try {
        await input.fill(words, { timeout: 3000 });
        return;
      } catch (error) {
        if (attempt === 5) {
          throw error;
        }
      }
    }
  }

  private async pick(title: string, kind = ""): Promise<void> {
    const rows = await this.palette(`${kind}${title}`);
    const row = rows.filter({ hasText: title }).first();
    await row.waitFor();
    // By key: a hover of the workbench may lie over the row and would take a click.
    for (let moves = await rows.count(); moves > 0; moves--) {
      if (await row.evaluate((element) => element.classList.contains("focused"))) break;
      await this.page.keyboard.press("ArrowDown");
    }
    await this.page.keyboard.press("Enter");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** Opens the quick fix menu at the cursor, asking again while it has nothing yet, and returns the entry with this text. */
  async quickFix(text: string | RegExp): Promise<Locator> {
    const row = this.page.locator(".action-widget .monaco-list-row", { hasText: text }).first();
    for (let attempt = 0; attempt < 10; attempt++) {
      await this.page.keyboard.press("Control+.");
      try {
        await row.waitFor({ timeout: 2000 });
        return row;
      } catch {
        await this.page.keyboard.press("Escape");
      }
    }
    throw new Error(`no quick fix "${String(text)}"`);
  }

  /** The text of the editor (of all cells) in view, as far as it is drawn; spaces are plain. */
  async text(): Promise<string> {
    const lines = await this.page.locator(".editor-instance .view-line, .cell-editor-container .view-line").allInnerTexts();
    return lines.join("\n").replaceAll("\u00a0", " ");
  }

  /** For afterEach: what the window looked like when a test failed. */
  async pictureOf(context: object): Promise<void> {
    // Node 24, which runs the tests, has `passed`; the types are those of Node 20, which runs the extension.
    const { name, passed } = context as { readonly name: string; readonly passed: boolean };
    if (!passed) {
      await this.picture(`failed ${name}`.replaceAll(/\W+/g, "-"));
    }
  }

  /** Writes a picture into test-results/vscode. */
  async picture(name: string): Promise<void> {
    await mkdir(RESULTS, { recursive: true });
    await this.page.screenshot({ path: path.join(RESULTS, `${name}.png`) });
  }
}

/** Waits until `holds` does, looking ten times a second; throws with `what` when the time is over. */
export async function until(what: string, holds: () => Promise<boolean>, milliseconds = 15_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) {
      throw new Error(`not within ${milliseconds / 1000} s: ${what}`);
    }
    await sleep(100);
  }
}

/** Machine settings too: seen from the browser the editor is remote, and settings of scope "machine" are read there. */
async function writeSettings(home: string, settings: object): Promise<void> {
  for (const scope of ["User", "Machine"]) {
    await mkdir(path.join(home, "user", scope), { recursive: true });
    await writeFile(path.join(home, "user", scope, "settings.json"), JSON.stringify(settings, undefined, 2));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") {
    throw new Error("no port");
  }
  return address.port;
}

async function healthy(port: number): Promise<void> {
  await until("code-server answers", async () => {
    try {
      return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
    } catch {
      return false;
    }
  });
}

async function end(server: ChildProcess, browser: Browser | undefined, home: string): Promise<void> {
  await browser?.close();
  if (server.exitCode === null) {
    const gone = once(server, "exit");
    endGroup(server, "SIGTERM");
    const stubborn = setTimeout(() => {
      endGroup(server, "SIGKILL");
    }, 5000);
    await gone;
    clearTimeout(stubborn);
  }
  // A sandbox is in a process group of its own; it has to end with the server that it works for.
  await until("no process of the window is left", async () => (await processes(home)).length === 0);
  await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

/** The processes that know of a window's home, which has a name of its own: from their environment or their arguments. */
async function processes(home: string): Promise<{ readonly pid: number; readonly line: string }[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    pids.map(async (pid) => {
      const [line = "", environment = ""] = await Promise.all(
        ["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
      );
      return { pid: Number(pid), line: line.replaceAll("\0", " "), environment };
    }),
  );
  return all.filter(({ line, environment }) => line.includes(home) || environment.includes(home));
}

function endGroup(server: ChildProcess, signal: NodeJS.Signals): void {
  if (server.pid !== undefined && server.exitCode === null && server.signalCode === null) {
    process.kill(-server.pid, signal);
  }
}
