// The MPI demo from its start to its end: ground, control plane, one execution of mpi-ring, what it wrote.
import { type Client, clientOf } from "#cli/client/client.ts";
import { readToken } from "#cli/config.ts";
import { EXIT, exitCodeOf } from "#cli/exit.ts";
import { Http } from "#cli/http.ts";
import { outcomeReason, outcomeWord } from "#cli/show/outcome.ts";
import type { Terminal } from "#cli/show/terminal.ts";
import { duration } from "#cli/show/words.ts";
import type { ExecutionAnswer } from "#shared/api/execution.ts";
import { buildImages, groundFor, NOTHING_THERE } from "./mpi-ground.ts";
import { type DemoServer, startServer } from "./server.ts";
import { tick } from "./work.ts";

export interface RingOptions {
  readonly engine: string;
  readonly numbers: { readonly nodes: number; readonly ranks: number; readonly laps: number };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export async function runRing(
  terminal: Terminal,
  { engine, numbers, environment }: RingOptions,
): Promise<number> {
  const ground = await groundFor(engine, environment.PATH ?? "");
  if (ground === undefined) {
    terminal.warn(NOTHING_THERE);
    return EXIT.missing;
  }
  if (ground.kind === "container")
    await buildImages(ground.program, (text) => terminal.note(`  ${text}`));
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, leave);
  let server: DemoServer | undefined;
  try {
    server = await startServer(
      { engine: ground.kind, body: "local", isTraced: false },
      leaving.signal,
    );
    const form = ground.kind === "container" ? "containers" : "processes of this machine";
    tick(terminal, `The control plane runs; ${numbers.nodes} nodes will be ${form}.`);
    const http = new Http({ address: server.address, token: readToken(server.tokenFile) });
    return await ring(terminal, clientOf(http), numbers, leaving.signal);
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    terminal.warn("Stopped: the control plane ends, and its folder is removed.");
    return EXIT.cancelled;
  } finally {
    await server?.end();
  }
}

async function ring(
  terminal: Terminal,
  client: Client,
  parameters: RingOptions["numbers"],
  signal: AbortSignal,
): Promise<number> {
  const begin = performance.now();
  const { execution } = await client.submit({ zapp: "mpi-ring", parameters: { ...parameters } });
  let seen = await client.execution(execution.id, signal);
  while (seen.state !== "ended") {
    seen = (await client.nextExecution(execution.id, seen.version, signal)).value;
    signal.throwIfAborted();
  }
  const text = await outputOf(client, execution.id, signal);
  for (const line of text.trimEnd().split("\n")) terminal.say(`  ${line}`);
  return tellEnd(terminal, seen, text, (performance.now() - begin) / 1000);
}

/** Of node 0, in the generation that ran last. */
async function outputOf(client: Client, id: string, signal: AbortSignal): Promise<string> {
  const { value } = await client.log(id, { service: "ring", index: 0, stream: "stdout" }, signal);
  return value.text;
}

function tellEnd(
  terminal: Terminal,
  { outcome }: ExecutionAnswer,
  text: string,
  seconds: number,
): number {
  const hop = /mean hop: ([\d.]+) us/.exec(text)?.[1];
  const word = outcome === undefined ? "ended" : outcomeWord(outcome);
  if (outcome?.kind === "succeeded" && hop !== undefined) {
    tick(terminal, `One hop takes ${hop} microseconds; all of it took ${duration(seconds)}.`);
    return EXIT.succeeded;
  }
  terminal.warn(`It ${word} after ${duration(seconds)}, without a hop time.`);
  const reason = outcome && outcomeReason(outcome);
  if (reason !== undefined) terminal.warn(reason);
  return outcome === undefined || outcome.kind === "succeeded" ? EXIT.failed : exitCodeOf(outcome);
}
