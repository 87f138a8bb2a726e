// Follows an execution to its end: long polls, progress, logs on request. Ctrl-C leaves it running, and says how to come back.
import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "#cli/cli.ts";
import { EXIT } from "#cli/exit.ts";
import type { ExecutionAnswer } from "#shared/api/execution.ts";
import { LogFollower } from "./log-follower.ts";
import { FollowScreen } from "./screen.ts";

export interface FollowOptions {
  /** Its programs' output is written to stdout as it comes; where it isn't said, that of a single program. */
  readonly withLogs?: boolean | undefined;
  /** Runs beside, such as sending tasks; when it fails, following fails. */
  readonly beside?: (screen: FollowScreen, signal: AbortSignal) => Promise<void>;
  /** Told instead of the usual, when Ctrl-C ends it. */
  readonly onLeave?: () => void;
}

export type Followed =
  | { readonly kind: "ended"; readonly execution: ExecutionAnswer }
  | { readonly kind: "left" };

/** So often it is looked at, at most, however fast it changes. */
const LEAST_PAUSE_MS = { live: 200, plain: 500 } as const;

export async function follow(
  session: Session,
  id: string,
  { withLogs, beside, onLeave }: FollowOptions = {},
): Promise<Followed> {
  const { terminal, cli } = session;
  const screen = new FollowScreen(terminal);
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.on("SIGINT", leave);
  try {
    const watched = watch(session, id, screen, leaving.signal, withLogs);
    const done = beside?.(screen, leaving.signal);
    const [execution] = await Promise.all([watched, done]);
    return { kind: "ended", execution };
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    screen.end();
    (onLeave ?? (() => tellHowToReturn(session, id)))();
    cli.exitCode = EXIT.cancelled;
    return { kind: "left" };
  } finally {
    leaving.abort();
    screen.end();
    process.off("SIGINT", leave);
  }
}

async function watch(
  { patient, terminal, isJson }: Session,
  id: string,
  screen: FollowScreen,
  signal: AbortSignal,
  withLogs: boolean | undefined,
): Promise<ExecutionAnswer> {
  const logs = new LogFollower(patient, terminal, id, signal);
  const least = terminal.isLive ? LEAST_PAUSE_MS.live : LEAST_PAUSE_MS.plain;
  let execution = await patient.execution(id, signal);
  signal.addEventListener("abort", () => logs.stop());
  const isShown = () => withLogs ?? (!isJson && isOneProgram(execution));
  while (execution.state !== "ended") {
    screen.show(execution);
    if (execution.services.length > 0 && isShown()) logs.start(execution);
    const asked = Date.now();
    const { value, pauseSeconds } = await patient.nextExecution(id, execution.version, signal);
    execution = value;
    const rest = Math.max(pauseSeconds * 1000, least - (Date.now() - asked));
    if (execution.state !== "ended" && rest > 0) await sleep(rest, undefined, { signal });
  }
  screen.show(execution);
  logs.stop();
  if (isShown()) await logs.end(execution);
  return execution;
}

function isOneProgram({ services }: ExecutionAnswer): boolean {
  return services.length === 1 && services[0]?.run === "once";
}

function tellHowToReturn({ terminal }: Session, id: string): void {
  terminal.warn("It goes on without you.");
  terminal.warn(`  zoe attach ${id}   follows it again`);
  terminal.warn(`  zoe stop ${id}     stops it`);
}
