// Where the command line writes: answers on stdout, everything said about them on stderr, and a live region at its end where stderr is a terminal.
import { stripVTControlCharacters, styleText } from "node:util";
import { cut, widthOf } from "./text.ts";

export type Paint = Parameters<typeof styleText>[0];

/** A tty.WriteStream, or what stands in for one. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export interface TerminalOptions {
  readonly out: Screen;
  readonly err: Screen;
  /** NO_COLOR, FORCE_COLOR, TERM and COLUMNS are looked at. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Only answers and errors are shown. */
  readonly isQuiet?: boolean;
}

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";

export class Terminal {
  readonly isLive: boolean;
  /** Of tables on stdout; Infinity for a pipe. */
  readonly width: number;
  /** Rows of stdout, when it is a terminal. */
  readonly height: number | undefined;
  isQuiet: boolean;
  #out: Screen;
  #err: Screen;
  #colours: { readonly out: boolean; readonly err: boolean };
  #drawn: readonly string[] = [];

  constructor({ out, err, environment, isQuiet = false }: TerminalOptions) {
    this.#out = out;
    this.#err = err;
    this.isQuiet = isQuiet;
    const isDumb = environment.TERM === "dumb";
    this.isLive = err.isTTY === true && !isDumb;
    this.width = widthFor(out, environment.COLUMNS);
    this.height = out.isTTY === true ? out.rows : undefined;
    const hasColour = (screen: Screen) =>
      (environment.FORCE_COLOR ?? "0") !== "0" ||
      (!environment.NO_COLOR && screen.isTTY === true && !isDumb);
    this.#colours = { out: hasColour(out), err: hasColour(err) };
  }

  /** A line of the answer. */
  say(line: string): void {
    this.#above(() => this.#out.write(`${line}\n`));
  }

  /** The answer as it is, such as a piece of a log. */
  write(text: string): void {
    this.#above(() => this.#out.write(text));
  }

  /** What a program wrote beside its answer, as it is. */
  writeBeside(text: string): void {
    if (text !== "") this.#above(() => this.#err.write(text));
  }

  /** A line about the answer. */
  note(line: string): void {
    if (!this.isQuiet) this.warn(line);
  }

  /** A line that is shown even when it is to be quiet. */
  warn(line: string): void {
    this.#above(() => this.#err.write(`${line}\n`));
  }

  paint(style: Paint, text: string): string {
    return this.#colours.out ? styleText(style, text, { validateStream: false }) : text;
  }

  paintNote(style: Paint, text: string): string {
    return this.#colours.err ? styleText(style, text, { validateStream: false }) : text;
  }

  get liveWidth(): number {
    return Math.max(20, (this.#err.columns ?? 80) - 1);
  }

  /** Replaces the live region; no lines take it away. Does nothing where stderr is no terminal. */
  draw(lines: readonly string[]): void {
    if (!this.isLive || this.isQuiet) return;
    const width = this.liveWidth;
    const fitting = lines.map((line) =>
      widthOf(line) <= width ? line : cut(stripVTControlCharacters(line), width),
    );
    if (fitting.join("\n") === this.#drawn.join("\n")) return;
    const cursor = cursorFor(this.#drawn.length, fitting.length);
    this.#err.write(
      erase(this.#drawn.length) + cursor + fitting.map((line) => `${line}\n`).join(""),
    );
    this.#drawn = fitting;
  }

  #above(write: () => void): void {
    const drawn = this.#drawn;
    if (drawn.length > 0) this.#err.write(erase(drawn.length));
    write();
    if (drawn.length > 0) this.#err.write(drawn.map((line) => `${line}\n`).join(""));
  }
}

function cursorFor(before: number, after: number): string {
  if (before === 0 && after > 0) return HIDE_CURSOR;
  return before > 0 && after === 0 ? SHOW_CURSOR : "";
}

function erase(lines: number): string {
  return lines === 0 ? "" : `\u001b[${lines}A\r\u001b[0J`;
}

function widthFor(out: Screen, columns: string | undefined): number {
  const asked = Number(columns);
  if (Number.isInteger(asked) && asked >= 20) return asked;
  return out.isTTY === true ? Math.max(20, out.columns ?? 80) : Number.POSITIVE_INFINITY;
}
