// What a program uses, and whether it is more than it may. Node can't ask the kernel what an ended child has used (wait4's rusage), so:
// with control groups their own counters; without, what /proc shows ten times a second, and the processor time of ended children that
// the kernel sums up for the spawner, dealt to those that ended together by what each was seen to have used before.
import { readProcess, TICKS_PER_SECOND } from "./processes.mjs";

const MIB = 1024 * 1024;
/** Asking a control group what it holds takes the kernel some 50 microseconds: after the first second not at every look. */
const LOOKS_PER_ASK = 4;
const FIRST_LOOKS = 10;

const reaped = { ticks: 0, meters: [] };

export class Meter {
  #memoryMib;
  #group;
  #startedAt;
  #looks = 0;
  #peakMib = 0;
  #ticks = 0;
  #cpuSeconds;
  #outOfMemory;

  constructor(memoryMib, group) {
    this.#memoryMib = memoryMib;
    this.#group = group;
  }

  began(at, found) {
    this.#startedAt = at;
    this.#peakMib = (found?.memoryBytes ?? 0) / MIB;
  }

  /** True once it has used more than it may. `members` are its processes where there is no group. */
  look(members) {
    if (this.#outOfMemory) return false;
    const usedMib = this.#group ? this.#askGroup() : this.#addUp(members);
    this.#peakMib = Math.max(this.#peakMib, usedMib);
    const over = this.#group ? this.#group.kills() > 0 : usedMib > this.#memoryMib;
    if (over) this.#outOfMemory = { usedMib: this.#peakMib, limitMib: this.#memoryMib };
    return over;
  }

  #askGroup() {
    const asks = this.#looks < FIRST_LOOKS || this.#looks % LOOKS_PER_ASK === 0;
    this.#looks++;
    return asks ? this.#group.heldMib() : 0;
  }

  #addUp(members) {
    const ticks = members.reduce((sum, found) => sum + found.ticks + found.childTicks, 0);
    this.#ticks = Math.max(this.#ticks, ticks);
    return members.reduce((sum, found) => sum + found.memoryBytes, 0) / MIB;
  }

  /** Calls back when the processor time of the ended child is known. */
  exited(settled) {
    if (this.#group?.countsTime) return settled();
    reaped.meters.push({ meter: this, settled });
    if (reaped.meters.length === 1) setImmediate(dealReaped);
  }

  get seenTicks() {
    return this.#ticks;
  }

  take(ticks) {
    this.#cpuSeconds = Math.max(ticks, this.#ticks) / TICKS_PER_SECOND;
  }

  /** Nothing of it lives any more. */
  figures(at) {
    const wallSeconds = (at - this.#startedAt) / 1000;
    const used = this.#group?.end();
    // Too short to be looked at: what the kernel says.
    if (used && this.#looks === 0) this.#peakMib = Math.max(this.#peakMib, used.peakMib);
    if (used && used.kills > 0)
      this.#outOfMemory ??= { usedMib: this.#memoryMib, limitMib: this.#memoryMib };
    return {
      startedAt: this.#startedAt,
      wallSeconds,
      cpuSeconds: used?.cpuSeconds ?? this.#cpuSeconds ?? 0,
      peakMemoryMib: this.#peakMib,
      outOfMemory: this.#outOfMemory,
    };
  }
}

/** All that were reaped in one turn: their sum is exact, their parts are by weight. */
function dealReaped() {
  const meters = reaped.meters.splice(0);
  const ticks = readProcess(process.pid).childTicks;
  const sum = ticks - reaped.ticks;
  reaped.ticks = ticks;
  const weights = meters.reduce((total, { meter }) => total + meter.seenTicks + 1, 0);
  for (const { meter, settled } of meters) {
    meter.take((sum * (meter.seenTicks + 1)) / weights);
    settled();
  }
}
