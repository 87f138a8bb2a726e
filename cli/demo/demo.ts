// The life of the demo: its control plane starts, work.ts does the work, all is put away again, also when it is left with Ctrl-C.
import { availableParallelism } from "node:os";
import { EXIT } from "#cli/exit.ts";
import type { Terminal } from "#cli/show/terminal.ts";
import { count } from "#cli/show/words.ts";
import { documentsFor } from "./documents.ts";
import type { DemoOptions } from "./options.ts";
import { type DemoServer, startServer } from "./server.ts";
import { tick, work } from "./work.ts";

export async function runDemo(terminal: Terminal, options: DemoOptions): Promise<number> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, leave);
  let server: DemoServer | undefined;
  try {
    const documents = await documentsFor(options.input);
    terminal.draw([terminal.paintNote("dim", "starting the control plane...")]);
    server = await startServer(options, leaving.signal);
    terminal.draw([]);
    const cores = count(availableParallelism(), "core");
    tick(
      terminal,
      options.body === "aws"
        ? `The control plane runs at ${server.address}, as in AWS: its functions and clients are real, AWS is a double on this machine.`
        : `The control plane runs at ${server.address}, on ${cores}, its state in a temporary folder.`,
    );
    const code = await work(terminal, { server, documents, options, signal: leaving.signal });
    if (options.isKept) {
      tellHowToReach(terminal, server);
      server = undefined;
    }
    return code;
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    terminal.draw([]);
    terminal.warn("Stopped: the control plane ends, and its folder is removed.");
    return EXIT.cancelled;
  } finally {
    terminal.draw([]);
    await server?.end();
  }
}

function tellHowToReach(
  terminal: Terminal,
  { address, tokenFile, pid, folder, keep }: DemoServer,
): void {
  keep();
  terminal.say("");
  terminal.say("The control plane goes on. To reach it:");
  terminal.say(`  npx zoe login ${address} --token-file ${tokenFile}`);
  terminal.say("  npx zoe ls");
  terminal.say("To end it:");
  terminal.say(`  kill ${pid} && rm -r ${folder}`);
}
