// What every command stands on: the terminal, the input, and the server that was asked for.
import type { Readable } from "node:stream";
import type { Command } from "commander";
import { type Client, clientOf } from "./client/client.ts";
import {
  configPath,
  type Environment,
  findServer,
  openToOthers,
  readConfig,
  type Wanted,
} from "./config.ts";
import { EXIT } from "./exit.ts";
import { Http, type Server, type Unreachable } from "./http.ts";
import type { Terminal } from "./show/terminal.ts";

/** One invocation of `zoe`. */
export interface Cli {
  readonly terminal: Terminal;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly environment: Environment & Readonly<Record<string, string | undefined>>;
  /** What it will exit with. */
  exitCode: number;
}

export interface GlobalOptions extends Wanted {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A command that talks to a server. */
export interface Session {
  readonly cli: Cli;
  readonly terminal: Terminal;
  readonly client: Client;
  /** Waits for a server that goes away, and says so. */
  readonly patient: Client;
  readonly server: Server;
  readonly isJson: boolean;
}

export function sessionOf(cli: Cli, command: Command): Session {
  const options = command.optsWithGlobals<GlobalOptions>();
  const server = serverOf(cli, options);
  const http = new Http(server);
  return {
    ...{ cli, terminal: cli.terminal, server, isJson: options.json === true },
    client: clientOf(http),
    patient: clientOf(http.patient(outageTeller(cli.terminal))),
  };
}

export function serverOf({ terminal, environment }: Cli, options: GlobalOptions): Server {
  const path = configPath(environment);
  if (options.token !== undefined) {
    terminal.warn(
      "Other users of this machine can see a token on the command line: better give --token-file or ZOE_TOKEN_FILE.",
    );
  }
  const config = readConfig(path);
  if (config.token !== undefined && openToOthers(path)) {
    terminal.warn(`Others can read the token in ${path}: \`chmod 600 ${path}\` closes it.`);
  }
  return findServer(options, environment, config);
}

/** Requests that wait beside each other tell it once. */
function outageTeller(terminal: Terminal): (event: "gone" | "back", error?: Unreachable) => void {
  let told: "gone" | "back" = "back";
  return (event, error) => {
    if (event === told) return;
    told = event;
    if (event === "back") terminal.note("The server answers again.");
    else terminal.warn(`${error?.message ?? "The server is gone."} Trying again...`);
  };
}

/** The answer as JSON on stdout, or else as people read it. */
export function answer(session: Session, value: unknown, asText: () => void): void {
  if (session.isJson) session.terminal.say(JSON.stringify(value, undefined, 2));
  else asText();
}

export function failWith(cli: Cli, code: number): void {
  if (cli.exitCode === EXIT.succeeded) cli.exitCode = code;
}
