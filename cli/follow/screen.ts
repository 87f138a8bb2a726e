// What is seen while an execution is followed: a live region where stderr is a terminal, and plain lines where it is not.
import { figures, progressLine } from "#cli/show/bar.ts";
import { stateWord } from "#cli/show/outcome.ts";
import type { Terminal } from "#cli/show/terminal.ts";
import { oneLine } from "#cli/show/text.ts";
import { duration } from "#cli/show/words.ts";
import type { ExecutionAnswer } from "#shared/api/execution.ts";
import { isCountable, Pace } from "./progress.ts";

const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const FRAME_MS = 100;
/** A plain line about progress not more often than this. */
const LINE_MS = 5000;

export class FollowScreen {
  #terminal: Terminal;
  #pace = new Pace();
  #seen: ExecutionAnswer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;
  #told = { text: "", at: 0 };
  /** What is being done beside, such as sending tasks. */
  aside = "";

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(execution: ExecutionAnswer): void {
    this.#seen = execution;
    if (this.#terminal.isLive) {
      this.#timer ??= setInterval(() => this.#draw(), FRAME_MS).unref();
      this.#draw();
    } else this.#tell(execution);
  }

  /** The last line of progress stays. */
  finish(execution: ExecutionAnswer): void {
    this.end();
    const paint = (style: "green" | "red" | "dim", text: string) =>
      this.#terminal.paintNote(style, text);
    const progress = this.#pace.progress(execution, Date.now());
    const { done, failed, total } = progress;
    this.#terminal.note(progressLine({ done, failed, total }, this.#terminal.liveWidth, paint));
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#terminal.draw([]);
  }

  #draw(): void {
    if (this.#seen === undefined) return;
    this.#frame = (this.#frame + 1) % FRAMES.length;
    this.#terminal.draw(this.#lines(this.#seen, Date.now()));
  }

  #lines(execution: ExecutionAnswer, now: number): string[] {
    const { terminal, progress } = { terminal: this.#terminal, progress: this.#pace };
    const lines = [this.#headline(execution, now)];
    if (isCountable(execution) && execution.services.length > 0) {
      const paint = (style: "green" | "red" | "dim", text: string) =>
        terminal.paintNote(style, text);
      lines.push(
        `  ${progressLine(progress.progress(execution, now), terminal.liveWidth - 2, paint)}`,
      );
    }
    if (this.aside !== "") lines.push(`  ${terminal.paintNote("dim", this.aside)}`);
    return lines;
  }

  #headline(execution: ExecutionAnswer, now: number): string {
    const { name, createdAt, startedAt } = execution;
    const since = duration((now - (startedAt ?? createdAt)) / 1000);
    const frame = this.#terminal.paintNote("cyan", FRAMES[this.#frame] ?? "");
    const why = reasonText(execution);
    const waits = why === undefined ? "" : this.#terminal.paintNote("yellow", `  ${why}`);
    return `${frame} ${oneLine(name)}  ${stateWord(execution)}  ${since}${waits}`;
  }

  /** State and reason when they change; progress now and then. */
  #tell(execution: ExecutionAnswer): void {
    const now = Date.now();
    const state = [stateWord(execution), reasonText(execution)].filter(Boolean).join(": ");
    const progress = this.#pace.progress(execution, now);
    if (state !== this.#told.text) {
      this.#terminal.note(state);
      this.#told = { text: state, at: now };
    } else if (isCountable(execution) && now - this.#told.at >= LINE_MS) {
      this.#terminal.note(figures(progress).join(", "));
      this.#told = { text: state, at: now };
    }
  }
}

/** Why it waits, and what would help. */
export function reasonText({ waiting, state }: ExecutionAnswer): string | undefined {
  if (waiting === undefined || state === "ended") return undefined;
  return oneLine([waiting.text, waiting.help].filter(Boolean).join(" "));
}
