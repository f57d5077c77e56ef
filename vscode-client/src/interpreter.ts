/** Which Python interpreter the user works with: their own setting first, then what the Python extension has chosen. */

import { extensions, Uri, workspace, type Disposable } from "vscode";

/** The part of the Python extension's public API (`ms-python.python`, since 2023) that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: Uri): { readonly path: string };
    resolveEnvironment(
      environment: { readonly path: string } | string,
    ): Promise<{ readonly executable: { readonly uri: Uri | undefined } } | undefined>;
    onDidChangeActiveEnvironmentPath(listener: () => void): Disposable;
  };
}

/** It may be busy for long in a big folder, and squiggles must not wait for it: a late answer comes as a change. */
const PATIENCE_MS = 3000;

/** The absolute path of the interpreter chosen for `folder`, or null where nothing was chosen. */
export async function chosenInterpreter(folder: Uri | undefined): Promise<string | null> {
  const own = workspace.getConfiguration("kls").get("python", "").trim();
  if (own !== "") {
    return own;
  }
  // The choice may be a program inside the folder: not ours to start before the user trusts it.
  if (!workspace.isTrusted) {
    return null;
  }
  const api = await pythonApi();
  if (api === undefined) {
    return null;
  }
  // The path may be that of an environment's folder, or of a name yet to be looked up; the executable is what we want.
  const resolved = await inTime(api.environments.resolveEnvironment(api.environments.getActiveEnvironmentPath(folder)));
  return resolved?.executable.uri?.fsPath ?? null;
}

/** Calls `listener` whenever the user chooses another interpreter in the Python extension. */
export async function onDidChooseInterpreter(listener: () => void): Promise<Disposable | undefined> {
  const api = await pythonApi();
  return api?.environments.onDidChangeActiveEnvironmentPath(listener);
}

async function pythonApi(): Promise<PythonApi | undefined> {
  const extension = extensions.getExtension<Partial<PythonApi> | undefined>("ms-python.python");
  if (extension === undefined) {
    return undefined;
  }
  const api = await inTime(Promise.resolve(extension.activate()));
  return api?.environments === undefined ? undefined : { environments: api.environments };
}

/** What `promise` gives, or undefined where it fails (the fault is another extension's) or takes too long. */
async function inTime<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
