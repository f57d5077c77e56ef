/** Where the kls program is: the user's own setting, else `kls` on PATH, else the package in the chosen interpreter. */

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import * as path from "node:path";

/** A command line that starts the server over stdio. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** The server's command line, or why there is none and what the user can do: one sentence for a message box. */
export type Located = { readonly found: Command } | { readonly missing: string };

/**
 * Looks for the server.
 *
 * @param setting the user's `kls.path`, "" where it is not set
 * @param interpreter absolute path of the chosen Python, or null
 * @param home a folder without Python files, to start interpreters in: `python -m` looks in the current folder first, and
 *   a folder called kls in somebody's project is not us
 */
export async function locateServer(setting: string, interpreter: string | null, home: string): Promise<Located> {
  if (setting !== "") {
    return (await isProgram(setting))
      ? { found: { command: setting, args: ["server"] } }
      : { missing: `There is no program at kls.path: ${setting}` };
  }
  const onPath = await findOnPath("kls");
  if (onPath !== undefined) {
    return { found: { command: onPath, args: ["server"] } };
  }
  if (interpreter !== null && (await hasKls(interpreter, home))) {
    return { found: { command: interpreter, args: ["-m", "kls", "server"] } };
  }
  const looked = interpreter === null ? "not on PATH" : `neither on PATH nor in ${interpreter}`;
  return { missing: `kls is not installed (${looked}). Run "pip install kls", or set kls.path.` };
}

/** Only absolute folders of PATH count: "." would be whatever folder happens to be open. */
async function findOnPath(name: string): Promise<string | undefined> {
  const names = process.platform === "win32" ? [`${name}.exe`] : [name];
  for (const folder of (process.env.PATH ?? "").split(path.delimiter).filter((entry) => path.isAbsolute(entry))) {
    for (const candidate of names.map((file) => path.join(folder, file))) {
      if (await isProgram(candidate)) {
        return candidate;
      }
    }
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return path.isAbsolute(file) && (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** Whether `python -m kls` would work; looks the package up without importing it. */
async function hasKls(interpreter: string, home: string): Promise<boolean> {
  const probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('kls') is None)";
  return new Promise((resolve) => {
    execFile(interpreter, ["-c", probe], { cwd: home, timeout: 10_000 }, (error) => {
      resolve(error === null);
    });
  });
}
