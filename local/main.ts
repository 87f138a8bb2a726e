// `npm start`: the control plane on one machine, in the foreground, until SIGTERM or Ctrl-C ends it in order.
import { VisibleError } from "#shared/fault.ts";
import { startHost } from "./host.ts";
import { readOptions, USAGE } from "./options.ts";

/** Exit codes: 0 ended in order, 1 a fault of ours, 2 cannot start as asked. */
const CANNOT_START = 2;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  const host = await startHost(options);
  process.stdout.write(
    `Zoe is listening on ${host.url}\nState: ${options.state}\nToken of the administrator: ${host.tokenFile}\n`,
  );
  const stop = () => {
    process.off("SIGTERM", stop);
    process.off("SIGINT", stop);
    process.stdout.write("Ending in order...\n");
    void host.close().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

main().catch((error: unknown) => {
  const isTheirs = error instanceof VisibleError;
  process.stderr.write(`${isTheirs ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exit(isTheirs ? CANNOT_START : 1);
});
