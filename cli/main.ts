// `zoe`: the command line on Node 24. zoe.mjs is its door; program.ts tells the commands.
import { constants } from "node:os";
import type { Cli } from "./cli.ts";
import { runProgram } from "./program.ts";
import { Terminal } from "./show/terminal.ts";

const terminal = new Terminal({
  out: process.stdout,
  err: process.stderr,
  environment: process.env,
});
const cli: Cli = { terminal, stdin: process.stdin, environment: process.env, exitCode: 0 };

// Who reads stopped reading, as `head` does: that is no mistake.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});
// The terminal is gone: nothing can be shown any more, and nothing is lost.
process.stderr.on("error", () => {});
process.on("exit", () => terminal.draw([]));
// Who follows has a way of her own to leave; all others just go, and leave the terminal as it was.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
  });
}

const code = await runProgram(cli, process.argv.slice(2));
// A reader of stdin that nobody waits for any more must not keep it alive; what was written is out by then.
process.stdout.write("", () => process.exit(code));
