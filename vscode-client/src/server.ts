/** The life of the server: started, restarted, stopped, and what the user is told when it cannot live. */

import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { commands, env, Uri, window, workspace, type ExtensionContext, type LogOutputChannel } from "vscode";
import {
  CloseAction,
  type DocumentSelector,
  ErrorAction,
  type ErrorHandler,
  type Executable,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";

import { chosenInterpreter } from "./interpreter";
import { locateServer } from "./locate";

/** Cells need an entry of their own: with files alone they get diagnostics but no quick fixes. */
const DOCUMENTS: DocumentSelector = [
  { scheme: "file", language: "python" },
  { scheme: "untitled", language: "python" },
  { scheme: "vscode-notebook-cell", language: "python" },
];

/** One server for the window. Its methods may be called at any time and in any order: they wait for each other. */
export class Server {
  private client: LanguageClient | undefined;
  private interpreter: string | null = null;
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
  ) {}

  /** Starts the server, or starts it anew; shows one message where that is not possible. Never rejects. */
  restart(): Promise<void> {
    if (this.client?.state === State.Starting) {
      this.client.serverProcess?.kill(); // it may hang; its end lets the turn before this one end
    }
    return this.inTurn(async () => {
      await this.halt();
      await this.launch();
    });
  }

  /** Starts the server anew if the user has chosen another interpreter than the one it knows. */
  followInterpreter(): Promise<void> {
    return this.inTurn(async () => {
      if ((await chosenInterpreter(firstFolder())) !== this.interpreter) {
        await this.halt();
        await this.launch();
      }
    });
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.halt());
  }

  /** Runs one of the commands that the server offers; says so where there is no server to run it. */
  async execute(command: string, ...args: unknown[]): Promise<void> {
    await this.queue;
    if (this.client?.state === State.Running) {
      await commands.executeCommand(command, ...args);
    } else {
      this.complain("The kls server is not running.", "Show Log", "Try Again");
    }
  }

  /** `uri` as the server knows it. */
  protocolUri(uri: Uri): string {
    return this.client?.code2ProtocolConverter.asUri(uri) ?? uri.toString();
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(step).catch((error: unknown) => {
      this.log.error(String(error));
    });
    return this.queue;
  }

  private async launch(): Promise<void> {
    this.interpreter = await chosenInterpreter(firstFolder());
    const setting = workspace.getConfiguration("kls").get("path", "").trim();
    const home = this.context.extensionUri.fsPath;
    const located = await locateServer(setting, this.interpreter, home);
    if ("missing" in located) {
      this.complain(located.missing, "Open Settings", "Try Again");
      return;
    }
    const { command, args } = located.found;
    this.log.info(`Starting ${[command, ...args].join(" ")} (Python: ${this.interpreter ?? "not chosen"})`);
    const client = this.newClient({ command, args: [...args], options: { cwd: home } });
    this.client = client;
    await client.start().catch(() => undefined); // the error handler has told the user
  }

  private async halt(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // A client that never came up has nothing to stop, and says so with an exception.
    if (client?.state === State.Running) {
      await client.stop();
    }
  }

  private newClient(executable: Executable): LanguageClient {
    const options: LanguageClientOptions = {
      documentSelector: DOCUMENTS,
      outputChannel: this.log,
      // Messages are for what the user has to know; the log opens when they ask for it.
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: { trusted: workspace.isTrusted, python: this.interpreter },
      initializationFailedHandler: () => false, // start() rejects then, and launch() says so once
      stdioOptions: { stdout: writeTo, stderr: writeTo },
    };
    const client = new QuietClient("kls", "kls", executable, options);
    client.clientOptions.errorHandler = this.errorHandler(client, executable.command);
    return client;
  }

  /** A server that was up and crashed comes back, as the library has it; one that does not come up is not tried again. */
  private errorHandler(client: LanguageClient, program: string): ErrorHandler {
    const usual = client.createDefaultErrorHandler();
    let up = false;
    client.onDidChangeState(({ newState }) => {
      if (newState === State.StartFailed) {
        this.complain(`The kls server could not start: ${program}`, "Open Settings", "Show Log", "Try Again");
      } else if (newState !== State.Stopped) {
        up = newState === State.Running;
      }
    });
    return {
      error: (error, message, count) => (up ? usual.error(error, message, count) : { action: ErrorAction.Continue }),
      closed: async () => {
        const result = up ? await usual.closed() : { action: CloseAction.DoNotRestart };
        if (up && result.action === CloseAction.DoNotRestart) {
          this.complain("The kls server crashed again and again, so it stays down.", "Show Log", "Try Again");
        }
        return result;
      },
    };
  }

  /** One message with ways out, never a row of them. */
  private complain(message: string, ...ways: Way[]): void {
    this.log.error(message);
    void window.showErrorMessage(message, ...ways).then(async (way) => {
      if (way === "Open Settings") {
        // Where the window is remote, what names a program of that machine is not among the user's own settings.
        const target = env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
        await commands.executeCommand(`workbench.action.${target}`, { query: "@id:kls.path" });
      } else if (way === "Show Log") {
        this.log.show();
      } else if (way === "Try Again") {
        await this.restart();
      }
    });
  }
}

type Way = "Open Settings" | "Show Log" | "Try Again";

/** The library has message boxes of its own for each step of a failure; ours say it once, these go to the log alone. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** The folder whose interpreter counts; with several folders open, the first. */
function firstFolder(): Uri | undefined {
  return workspace.workspaceFolders?.[0]?.uri;
}

/** A server logs good news to stderr too: its lines are not errors. */
function writeTo(stream: Readable, log: LogOutputChannel): void {
  createInterface({ input: stream }).on("line", (line) => {
    log.info(line);
  });
}
