// What went wrong, as people read it: one sentence, then every fault with its place; and the exit code that goes with it.
import { CommanderError } from "commander";
import { EXIT, exitCodeOfRefusal } from "#cli/exit.ts";
import { Refused, Unreachable } from "#cli/http.ts";
import type { Problem } from "#shared/api/problem.ts";
import { type Fault, VisibleError } from "#shared/fault.ts";
import type { Terminal } from "./terminal.ts";
import { count } from "./words.ts";

const MOST_FAULTS = 50;

/** Tells it, and answers the exit code. Commander has told its own already. */
export function tellError(terminal: Terminal, error: unknown, isJson: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.invalid;
  if (error instanceof Refused) return tellRefusal(terminal, error.problem, isJson);
  if (error instanceof VisibleError) {
    const { code, message: detail, faults } = error;
    if (isJson) terminal.say(JSON.stringify({ code, detail, errors: faults }));
    tell(terminal, detail, faults);
    return exitCodeOfRefusal(code);
  }
  if (error instanceof Unreachable) {
    const detail = `${error.message} ${START_ONE}`;
    if (isJson) terminal.say(JSON.stringify({ code: "unavailable", detail, errors: [] }));
    tell(terminal, detail, []);
    return EXIT.unavailable;
  }
  tell(terminal, error instanceof Error ? (error.stack ?? error.message) : String(error), []);
  return EXIT.internal;
}

function tellRefusal(terminal: Terminal, problem: Problem, isJson: boolean): number {
  const { detail, errors, code, id } = problem;
  if (isJson) terminal.say(JSON.stringify(problem));
  tell(terminal, id === undefined ? detail : `${detail} (${id})`, errors);
  if (code === "unauthenticated") terminal.warn(NO_TOKEN);
  return exitCodeOfRefusal(code);
}

const START_ONE =
  "Start one with `npm start`, or say where it is with --server, ZOE_SERVER or `zoe login`.";
const NO_TOKEN =
  "Give one with --token-file or ZOE_TOKEN_FILE, or keep one with `zoe login --token-file FILE`; a local server writes the administrator's to STATE/admin-token.";

function tell(terminal: Terminal, sentence: string, faults: readonly Fault[]): void {
  terminal.warn(`${terminal.paintNote("red", "zoe:")} ${sentence}`);
  tellFaults(terminal, faults.length === 1 && isTold(sentence, faults[0]) ? [] : faults);
}

/** One fault without a place of its own says nothing that the sentence does not. */
function isTold(sentence: string, fault: Fault | undefined): boolean {
  const isPlaced = fault?.line !== undefined || fault?.pointer !== "";
  return fault !== undefined && !isPlaced && sentence.includes(fault.detail);
}

export function tellFaults(terminal: Terminal, faults: readonly Fault[], word?: string): void {
  for (const { pointer, detail, line } of faults.slice(0, MOST_FAULTS)) {
    const place = [line === undefined ? "" : `line ${line}`, pointer].filter((part) => part !== "");
    const begin = [word, place.join(" ")].filter((part) => part).join(" ");
    terminal.warn(`  ${begin === "" ? "" : `${terminal.paintNote("bold", begin)}  `}${detail}`);
  }
  const more = faults.length - MOST_FAULTS;
  if (more > 0) terminal.warn(`  and ${count(more, "more fault")}`);
}
