/** Where VS Code comes in: wires the server, the commands and the events that call for a fresh server. */

import { window, workspace, type ExtensionContext } from "vscode";

import { registerCommands } from "./commands";
import { onDidChooseInterpreter } from "./interpreter";
import { Server } from "./server";

let server: Server | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const log = window.createOutputChannel("kls", { log: true });
  const ours = new Server(context, log);
  server = ours;
  context.subscriptions.push(
    log,
    ...registerCommands(ours, log),
    // Trust, program and interpreter are given to the server once, when it starts.
    workspace.onDidGrantWorkspaceTrust(() => ours.restart()),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("kls.path") || event.affectsConfiguration("kls.python")) {
        void ours.restart();
      }
    }),
  );
  await ours.restart();
  const following = await onDidChooseInterpreter(() => void ours.followInterpreter());
  if (following !== undefined) {
    context.subscriptions.push(following);
  }
}

/** VS Code waits for this before it ends the extension host, so no server outlives its window. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
