// `npm run demo:mpi`: a control plane of its own, a token round seven ranks on four nodes, and how long one hop takes; then all is put away.
import { env } from "node:process";
import { parseArgs } from "node:util";
import { runRing } from "./demo/ring.ts";
import { EXIT } from "./exit.ts";
import { tellError } from "./show/refusal.ts";
import { Terminal } from "./show/terminal.ts";

const HELP = `Runs the zapp mpi-ring on four nodes and tells the time of one hop: in containers where Docker or Podman answers, else as
processes where Open MPI is installed.

  npm run demo:mpi -- [--engine auto|container|process] [--nodes N] [--ranks N] [--laps N]
`;

const FLAGS = {
  engine: { type: "string", default: "auto" },
  nodes: { type: "string", default: "4" },
  ranks: { type: "string", default: "7" },
  laps: { type: "string", default: "1000" },
  help: { type: "boolean", short: "h", default: false },
} as const;

const terminal = new Terminal({ out: process.stdout, err: process.stderr, environment: env });

try {
  const { values } = parseArgs({ options: FLAGS });
  if (values.help) terminal.write(HELP);
  const { engine, nodes, ranks, laps } = values;
  const numbers = { nodes: Number(nodes), ranks: Number(ranks), laps: Number(laps) };
  process.exitCode = values.help
    ? EXIT.succeeded
    : await runRing(terminal, { engine, numbers, environment: env });
} catch (error) {
  terminal.draw([]);
  process.exitCode = tellError(terminal, error, false);
}
