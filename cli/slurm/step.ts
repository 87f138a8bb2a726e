// A step of a job of salloc: a program on its node 0, which has all its nodes at hand. It runs there by itself; here it is looked at until its end.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "#cli/cli.ts";
import { Refused } from "#cli/http.ts";
import { JOB_SERVICE } from "./describe.ts";
import { SlurmError } from "./fault.ts";

const SCRIPT = readFileSync(join(import.meta.dirname, "step.sh"), "utf8");
/** Of the job's own keeper, which is not there yet. */
const NOT_YET = [75, 114];
const ASK_MS = 250;

export interface Step {
  readonly session: Session;
  /** Of the execution. */
  readonly id: string;
  readonly words: readonly string[];
  /** Its lines are the program's input, and its end that of it. */
  readonly input?: Readable;
}

/** Its exit code. Throws SlurmError when the job is over before. */
export async function runStep(step: Step): Promise<number> {
  const name = randomBytes(6).toString("hex");
  await begin(step, name);
  const leave = () => void ask(step, "end", name).catch(() => {});
  process.once("SIGINT", leave);
  const lines = step.input && createInterface({ input: step.input });
  if (lines) void say(step, name, lines);
  try {
    return await follow(step, name);
  } finally {
    process.off("SIGINT", leave);
    lines?.close();
  }
}

/** Once its nodes run. */
async function begin(step: Step, name: string): Promise<void> {
  const how = step.input === undefined ? "none" : "pipe";
  for (;;) {
    const answer = await ask(step, "begin", name, how, ...step.words).catch(unlessEarly);
    if (answer !== undefined && !NOT_YET.includes(answer.exitCode)) return;
    await demandAlive(step);
    await sleep(ASK_MS);
  }
}

function ask({ session, id }: Step, verb: string, name: string, ...more: readonly string[]) {
  const command = ["sh", "-c", SCRIPT, "step", verb, name, ...more];
  return session.client.exec(id, { service: JOB_SERVICE, index: 0, command });
}

/** Nothing runs there yet, or no more. */
function unlessEarly(error: unknown): undefined {
  if (error instanceof Refused && error.problem.status === 409) return undefined;
  throw error;
}

async function demandAlive({ session, id }: Step): Promise<void> {
  const { state, outcome } = await session.client.execution(id);
  if (state !== "ended" && state !== "ending") return;
  const why = outcome !== undefined && "reason" in outcome ? `: ${outcome.reason}` : "";
  throw new SlurmError([`Job allocation has ended${why}`]);
}

async function follow(step: Step, name: string): Promise<number> {
  const { terminal } = step.session;
  let [out, err] = ["0", "0"];
  for (;;) {
    const answer = await ask(step, "look", name, out, err).catch(unlessEarly);
    if (answer === undefined) {
      await demandAlive(step);
      continue;
    }
    const end = answer.stdout.indexOf("\n");
    const [code = "", ...sizes] = answer.stdout.slice(0, end).split(" ");
    [out = out, err = err] = sizes;
    terminal.write(answer.stdout.slice(end + 1));
    terminal.writeBeside(answer.stderr);
    if (/^\d+$/.test(code)) return Number(code);
  }
}

async function say(step: Step, name: string, lines: AsyncIterable<string>): Promise<void> {
  try {
    for await (const line of lines) await ask(step, "say", name, line);
    await ask(step, "close", name);
  } catch {
    // The step is over: whoever looks at it says so.
  }
}
