// JSON values one after the other as they stream in: one a line, spread over lines, or as the items of one list.
import { VisibleError } from "#shared/fault.ts";
import type { InputRecord } from "./records.ts";

/** What ends a value, or a string within it. */
const NOTABLE = /["\\{}[\],\n]/g;

/** Far above any record: where a bracket is not closed, the rest of the file is one. */
const LONGEST_VALUE = 16 * 1024 * 1024;

/** Finds where each value ends by counting brackets outside of strings; JSON.parse then judges it. */
export async function* readJson(stream: AsyncIterable<string>): AsyncGenerator<InputRecord> {
  const scanner = new Scanner();
  for await (const piece of stream) yield* scanner.take(piece);
  yield* scanner.end();
}

class Scanner {
  #rest = "";
  /** Where in `rest` the search goes on. */
  #at = 0;
  #start = 0;
  #depth = 0;
  #inString = false;
  #line = 1;
  #startLine = 1;
  /** The whole input is one list: its items are the records. */
  #isList: boolean | undefined;
  #isOver = false;

  *take(piece: string): Generator<InputRecord> {
    this.#rest = this.#rest.slice(this.#start) + piece;
    this.#at -= this.#start;
    this.#start = 0;
    if (this.#isList === undefined) this.#begin();
    for (;;) {
      NOTABLE.lastIndex = this.#at;
      const found = NOTABLE.exec(this.#rest);
      if (found === null) break;
      if (found[0] === "\\" && found.index + 1 >= this.#rest.length) {
        this.#at = found.index;
        return;
      }
      this.#at = found.index + 1;
      const record = this.#step(found[0]);
      if (record !== undefined) yield record;
    }
    this.#at = this.#rest.length;
    if (this.#at - this.#start > LONGEST_VALUE) throw broken(this.#startLine, "it does not end");
  }

  *end(): Generator<InputRecord> {
    if (this.#depth > 0 || this.#inString || (this.#isList && !this.#isOver)) {
      throw broken(this.#startLine, "it ends in the middle");
    }
    const record = this.#cut(this.#rest.length);
    if (record !== undefined) yield record;
  }

  #begin(): void {
    const first = this.#rest.search(/\S/);
    if (first < 0) return;
    this.#isList = this.#rest[first] === "[";
    if (!this.#isList) return;
    this.#line += this.#rest.slice(0, first).split("\n").length - 1;
    this.#at = first + 1;
    this.#skipTo(this.#at);
  }

  #step(char: string): InputRecord | undefined {
    if (char === "\n") {
      this.#line++;
      return this.#isList || this.#depth > 0 || this.#inString ? undefined : this.#cut(this.#at);
    }
    if (char === "\\") this.#at++;
    else if (char === '"') this.#inString = !this.#inString;
    else if (!this.#inString) return this.#structure(char);
    return undefined;
  }

  #structure(char: string): InputRecord | undefined {
    if (char === "{" || char === "[") this.#depth++;
    else if (char === "," && this.#isList && this.#depth === 0) return this.#cut(this.#at, 1);
    else if (char === "]" && this.#isList && this.#depth === 0) {
      this.#isOver = true;
      return this.#cut(this.#at, 1);
    } else if (char === "}" || char === "]") this.#depth = Math.max(0, this.#depth - 1);
    return undefined;
  }

  /** The text up to `end`, less `separator` characters, as a record. */
  #cut(end: number, separator = 0): InputRecord | undefined {
    const text = this.#rest.slice(this.#start, end - separator);
    const blank = text.length - text.trimStart().length;
    const line = this.#startLine + text.slice(0, blank).split("\n").length - 1;
    this.#skipTo(end);
    if (text.trim() === "") return undefined;
    try {
      return { value: JSON.parse(text), line };
    } catch (cause) {
      throw broken(line, cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  #skipTo(end: number): void {
    this.#start = end;
    this.#startLine = this.#line;
  }
}

function broken(line: number, why: string, cause?: unknown): VisibleError {
  const detail = `Line ${line} is not valid JSON: ${why}.`;
  return new VisibleError("invalid", detail, [{ pointer: "", detail, line }], { cause });
}
