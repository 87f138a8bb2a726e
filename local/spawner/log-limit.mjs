// Keeps a program's log within its limit while the program writes on: its beginning and its end stay, what lies between goes (../logs.ts reads it).
// The program writes straight into the file, so it is never held up and needs nobody to read; the file is cut when it is found too long.
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";

const MIB = 1024 * 1024;
export const LOG_HEAD_BYTES = MIB;
/** The end is kept in two parts, so that one can be dropped while the other grows: 10 MiB in all. */
export const LOG_PART_BYTES = 4.5 * MIB;

/** One log file: `path` holds the beginning and the newest part, `path.tail` the part before, `path.cut` what lies where. */
export class LogFile {
  #path;
  #tailEnd = LOG_HEAD_BYTES;
  #most = LOG_HEAD_BYTES + 2 * LOG_PART_BYTES;

  constructor(path) {
    this.#path = path;
  }

  /** Opened for the program. Appending, so that it goes on at the end when the file is cut. */
  open() {
    return openSync(this.#path, "a");
  }

  size() {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Cuts when it is time; answers how long it is. */
  look() {
    const size = this.size();
    if (size < this.#most) return size;
    const file = openSync(this.#path, "r+");
    try {
      this.#cut(file);
    } catch {
      this.#cutToHead(file);
    } finally {
      closeSync(file);
    }
    return this.size();
  }

  #cut(file) {
    const size = fstatSync(file).size;
    const tail = Buffer.allocUnsafe(LOG_PART_BYTES);
    const length = readSync(file, tail, 0, tail.length, size - tail.length);
    writeFileSync(`${this.#path}.tail.new`, tail.subarray(0, length));
    this.#note({ busy: true });
    // What comes between the measurement and the cut is lost uncounted: some microseconds of output.
    ftruncateSync(file, LOG_HEAD_BYTES);
    renameSync(`${this.#path}.tail.new`, `${this.#path}.tail`);
    this.#most = LOG_HEAD_BYTES + LOG_PART_BYTES;
    this.#tailEnd += size - LOG_HEAD_BYTES;
    this.#note({ head: LOG_HEAD_BYTES, tailAt: this.#tailEnd - length, tailEnd: this.#tailEnd });
  }

  /** The disk is full, as it seems: only the beginning stays. */
  #cutToHead(file) {
    ftruncateSync(file, LOG_HEAD_BYTES);
    for (const part of [".cut", ".tail"]) rmSync(this.#path + part, { force: true });
  }

  /** Readers compare it before and after: they never mix parts from before and after a cut. */
  #note(cut) {
    writeFileSync(`${this.#path}.cut.new`, JSON.stringify(cut));
    renameSync(`${this.#path}.cut.new`, `${this.#path}.cut`);
  }
}
