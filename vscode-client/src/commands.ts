/** The commands of the palette. Those of lenses and quick fixes are the server's own: the client library registers them. */

import { commands, window, workspace, type Disposable, type LogOutputChannel } from "vscode";

import type { Server } from "./server";

/** Registers all commands that package.json contributes. */
export function registerCommands(server: Server, log: LogOutputChannel): Disposable[] {
  return [
    commands.registerCommand("kls.confirmHere", () => confirmHere(server)),
    commands.registerCommand("kls.restartServer", () => server.restart()),
    commands.registerCommand("kls.showLog", () => {
      log.show();
    }),
  ];
}

/** Asks the server to build the model at the cursor; in a notebook the active editor is that of the cell. */
async function confirmHere(server: Server): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor?.document.languageId !== "python") {
    void window.showInformationMessage("Put the cursor on the line of a Keras model in a Python file first.");
    return;
  }
  if (!workspace.isTrusted) {
    void window.showWarningMessage("To confirm a model is to run its code: trust this folder first.");
    return;
  }
  await server.execute("kls.confirm", server.protocolUri(editor.document.uri), editor.selection.active.line);
}
