// What the demo does with its control plane: submits the zapp, feeds it, watches it to its end, and shows what came of it.
import { type Client, clientOf } from "#cli/client/client.ts";
import { collectItems } from "#cli/client/pages.ts";
import { readToken } from "#cli/config.ts";
import { EXIT, exitCodeOf } from "#cli/exit.ts";
import { isCountable } from "#cli/follow/progress.ts";
import { FollowScreen } from "#cli/follow/screen.ts";
import { Http } from "#cli/http.ts";
import type { InputRecord } from "#cli/records/records.ts";
import { feed } from "#cli/run/feed.ts";
import { outcomeReason, outcomeWord, usedWords } from "#cli/show/outcome.ts";
import type { Terminal } from "#cli/show/terminal.ts";
import { count, duration, rate } from "#cli/show/words.ts";
import type { ExecutionAnswer } from "#shared/api/execution.ts";
import type { WrittenSubmission } from "#shared/submission.ts";
import { writeMib } from "#shared/units.ts";
import { baselinesFor } from "./documents.ts";
import type { DemoOptions } from "./options.ts";
import { showScores, showVerdicts } from "./picture.ts";
import type { DemoServer } from "./server.ts";
import { scoresOf, type Verdict, verdictsOf } from "./verdicts.ts";

export interface Work {
  readonly server: DemoServer;
  readonly documents: readonly InputRecord[];
  readonly options: DemoOptions;
  readonly signal: AbortSignal;
}

export function tick(terminal: Terminal, text: string): void {
  terminal.note(`${terminal.paintNote("green", "✓")} ${text}`);
}

export async function work(terminal: Terminal, all: Work): Promise<number> {
  const { server, documents, options, signal } = all;
  const client = clientOf(
    new Http({ address: server.address, token: readToken(server.tokenFile) }),
  );
  const { parameters, title = options.zapp } = await client.zapp(options.zapp);
  const hasWorkers = "workers" in parameters;
  const submission = {
    zapp: options.zapp,
    ...(hasWorkers && { parameters: { workers: options.workers } }),
  };
  const begin = performance.now();
  const { execution } = await client.submit(submission);
  const most = hasWorkers ? `, with at most ${count(options.workers, "worker")}` : "";
  tick(terminal, `${title} is submitted${most}.`);
  if (hasWorkers) await tellFewerWorkers(terminal, client, submission, options.workers);

  const [queue] = Object.keys((await client.execution(execution.id)).queues);
  const baselines = queue === undefined ? [] : baselinesFor(documents, server.folder);
  if (queue !== undefined) await send(terminal, client, { id: execution.id, queue }, documents);
  const ended = await watch(terminal, client, execution.id, signal);
  const seconds = (performance.now() - begin) / 1000;
  if (queue === undefined) return tellPlainEnd(terminal, client, ended, seconds);

  const results = await collectItems(client.results(execution.id));
  const verdicts = verdictsOf(documents, results);
  showVerdicts(terminal, verdicts, options.isWhole);
  showScores(terminal, scoresOf(verdicts), await baselines);
  terminal.say("");
  return tellEnd(terminal, ended, verdicts, seconds);
}

async function send(
  terminal: Terminal,
  client: Client,
  target: { readonly id: string; readonly queue: string },
  documents: readonly InputRecord[],
): Promise<void> {
  const records = (async function* () {
    yield* documents;
  })();
  await feed(client, target, records);
  await client.closeQueue(target.id, target.queue);
  tick(
    terminal,
    `${count(documents.length, "abstract")} lie in its queue "${target.queue}", which is closed.`,
  );
}

/** What fits this machine at once, in the words of the plan. */
async function tellFewerWorkers(
  terminal: Terminal,
  client: Client,
  submission: WrittenSubmission,
  wanted: number,
): Promise<void> {
  const [{ engines }, { services }] = await Promise.all([client.info(), client.plan(submission)]);
  const cpu = Math.max(...engines.map(({ capacity }) => capacity.cpu));
  const { asked, service } = services.find(({ run }) => run === "worker") ?? {};
  if (asked === undefined) return;
  const fit = Math.floor(cpu / asked.cpu + 1e-9);
  if (fit >= wanted) return;
  terminal.note(
    `  ${terminal.paintNote("yellow", `Only ${fit} of ${wanted} run at once`)}: this machine has ${cpu} vCPU, and each ${service} asks for ${asked.cpu}.`,
  );
}

async function watch(
  terminal: Terminal,
  client: Client,
  id: string,
  signal: AbortSignal,
): Promise<ExecutionAnswer> {
  const screen = new FollowScreen(terminal);
  try {
    let execution = await client.execution(id, signal);
    while (execution.state !== "ended") {
      screen.show(execution);
      execution = (await client.nextExecution(id, execution.version, signal)).value;
      signal.throwIfAborted();
    }
    if (isCountable(execution)) screen.finish(execution);
    return execution;
  } finally {
    screen.end();
  }
}

/** Of a zapp without a queue: how it ended, and what it left. */
async function tellPlainEnd(
  terminal: Terminal,
  client: Client,
  { id, outcome, used }: ExecutionAnswer,
  seconds: number,
): Promise<number> {
  const files = await collectItems(client.files(id));
  for (const { path } of files.slice(0, 5)) terminal.say(`  ${path}`);
  const left = files.length === 0 ? "" : `, ${count(files.length, "file")} left`;
  const word = outcome === undefined ? "ended" : outcomeWord(outcome);
  const reason = outcome && outcomeReason(outcome);
  terminal.say(`It ${word} in ${duration(seconds)}${left}${used ? `; ${usedWords(used)}` : ""}.`);
  if (reason !== undefined) terminal.say(`  ${reason}`);
  return outcome === undefined ? EXIT.failed : exitCodeOf(outcome);
}

function tellEnd(
  terminal: Terminal,
  { outcome, used, queues, services }: ExecutionAnswer,
  verdicts: readonly Verdict[],
  seconds: number,
): number {
  const answered = verdicts.filter(({ error }) => error === undefined).length;
  const isAll =
    answered === verdicts.length &&
    Object.values(queues).every(({ drained, failed }) => drained && failed === 0);
  const isGood = isAll && outcome?.kind === "succeeded";
  const sign = isGood ? terminal.paint("green", "✓") : terminal.paint("red", "✗");
  const instances = services.reduce(
    (sum, { succeeded, failed, cancelled }) => sum + succeeded + failed + cancelled,
    0,
  );
  terminal.say(
    `${sign} ${answered} of ${count(verdicts.length, "document")} have their result, after ${duration(seconds)} (${rate(answered / seconds)}).`,
  );
  const asked = services[0]?.asked;
  // AWS itself measures time alone.
  if (used !== undefined && used.peakMemoryMib > 0 && asked !== undefined)
    terminal.say(
      terminal.paint(
        "dim",
        `  ${count(instances, "worker")}: ${usedWords(used)} each, of the ${writeMib(asked.memoryMib)} that each asked for.`,
      ),
    );
  const reason = outcome && outcomeReason(outcome);
  if (reason !== undefined) terminal.say(`  ${reason}`);
  return isGood ? EXIT.succeeded : EXIT.failed;
}
