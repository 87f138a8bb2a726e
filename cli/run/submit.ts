// Submits, and stays with the execution to its end: tasks are sent meanwhile, and what it left comes home.
import { answer, type Session } from "#cli/cli.ts";
import { EXIT } from "#cli/exit.ts";
import { tellEnd } from "#cli/follow/end.ts";
import { follow } from "#cli/follow/follow.ts";
import type { FollowScreen } from "#cli/follow/screen.ts";
import type { InputRecord } from "#cli/records/records.ts";
import { tellFaults } from "#cli/show/refusal.ts";
import { count } from "#cli/show/words.ts";
import type { WrittenSubmission } from "#shared/submission.ts";
import { type Fed, feed } from "./feed.ts";

export interface Run {
  readonly submission: WrittenSubmission;
  /** Tasks for one of its queues. */
  readonly input?: Input;
}

export interface Input {
  readonly queue: string;
  readonly records: AsyncIterable<InputRecord>;
  /** As it was given, to send the rest when it breaks off. */
  readonly path: string;
}

export interface Manner {
  /** Not followed: the command ends when all was sent. */
  readonly isDetached: boolean;
  readonly withLogs: boolean | undefined;
  readonly out?: string;
  readonly rows?: number;
}

export async function submitAndFollow(session: Session, run: Run, manner: Manner): Promise<void> {
  const { terminal } = session;
  const submitted = await session.client.submit(run.submission);
  const { id } = submitted.execution;
  tellFaults(terminal, submitted.warnings, "warning");
  terminal.note(`${terminal.paintNote("dim", "submitted")} ${id}`);
  if (manner.isDetached) {
    if (run.input !== undefined) await sendAlone(session, id, run.input);
    answer(session, submitted, () => terminal.say(id));
    return;
  }
  await followRun(session, id, run, manner);
}

async function followRun(
  session: Session,
  id: string,
  { input }: Run,
  { withLogs, out, rows }: Manner,
): Promise<void> {
  let isSent = input === undefined;
  const beside = async (screen: FollowScreen, signal: AbortSignal) => {
    if (input === undefined) return;
    await send(
      session,
      id,
      input,
      (fed) => {
        screen.aside = `${count(fed.sent, "task")} sent...`;
      },
      signal,
    );
    screen.aside = "";
    isSent = true;
  };
  const onLeave = () => tellLeft(session, id, isSent ? undefined : input);
  const followed = await follow(session, id, { withLogs, beside, onLeave }).catch((error) => {
    if (!isSent) tellLeft(session, id, input);
    throw error;
  });
  if (followed.kind === "ended") await tellEnd(session, followed.execution, { out, rows });
}

async function send(
  { patient }: Session,
  id: string,
  { queue, records }: Input,
  onProgress: (fed: Fed) => void,
  signal?: AbortSignal,
): Promise<Fed> {
  const fed = await feed(patient, { id, queue }, records, { signal, onProgress });
  await patient.closeQueue(id, queue);
  return fed;
}

async function sendAlone(session: Session, id: string, input: Input): Promise<void> {
  const { terminal } = session;
  try {
    const fed = await send(session, id, input, ({ sent }) =>
      terminal.draw([`${count(sent, "task")} sent...`]),
    );
    terminal.draw([]);
    terminal.note(`${count(fed.added, "task")} sent; the queue ${input.queue} is closed.`);
  } catch (error) {
    terminal.draw([]);
    tellLeft(session, id, input);
    throw error;
  }
}

/** It was left: with Ctrl-C, or because something broke. */
function tellLeft({ terminal, cli }: Session, id: string, unsent: Input | undefined): void {
  cli.exitCode = EXIT.cancelled;
  terminal.warn("It goes on without you.");
  if (unsent !== undefined) {
    terminal.warn("  Not all tasks were sent. The rest (what is there already is not put twice):");
    terminal.warn(`  zoe queue put ${id} ${unsent.queue} --input ${unsent.path} --close`);
  }
  terminal.warn(`  zoe attach ${id}   follows it again`);
  terminal.warn(`  zoe stop ${id}     stops it`);
}
