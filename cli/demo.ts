// `npm run demo`: a control plane of its own, documents through its queue, a table of predictions; then everything is put away again.
import { env } from "node:process";
import { runDemo } from "./demo/demo.ts";
import { readDemoOptions } from "./demo/options.ts";
import { EXIT } from "./exit.ts";
import { tellError } from "./show/refusal.ts";
import { Terminal } from "./show/terminal.ts";

const terminal = new Terminal({
  out: process.stdout,
  err: process.stderr,
  environment: env,
});

try {
  const options = readDemoOptions(process.argv.slice(2));
  process.exitCode =
    options.kind === "help" ? tellHelp(options.text) : await runDemo(terminal, options);
} catch (error) {
  terminal.draw([]);
  process.exitCode = tellError(terminal, error, false);
}

function tellHelp(text: string): number {
  terminal.write(text);
  return EXIT.succeeded;
}
