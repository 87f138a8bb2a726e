// Finds a task by the id that its caller gave: a hash table of numbers alone, 12 bytes a slot; the ids themselves lie in the chunks on disk.
import { hash32 } from "#shared/route.ts";

const SMALLEST = 128;
const SLOT_SEED = 0x2545f491;
const CHECK_SEED = 0x6c8e9cf5;

/** Which position has this id, for certain: two ids may share both hashes. */
type HasId = (position: number, id: string) => boolean;

export class IdIndex {
  /** Position + 1; 0 is a free slot. */
  #positions = new Uint32Array(SMALLEST);
  #checks = new Uint32Array(SMALLEST);
  #slots = new Uint32Array(SMALLEST);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  find(id: string, hasId: HasId): number | undefined {
    if (this.#size === 0) return undefined;
    const mask = this.#positions.length - 1;
    const [start, check] = [hash32(id, SLOT_SEED), hash32(id, CHECK_SEED)];
    for (let slot = start & mask; ; slot = (slot + 1) & mask) {
      const position = (this.#positions[slot] ?? 0) - 1;
      if (position < 0) return undefined;
      if (this.#checks[slot] === check && hasId(position, id)) return position;
    }
  }

  /** The id must not be there. */
  add(id: string, position: number): void {
    if (this.#size * 2 >= this.#positions.length) this.#grow();
    this.#insert(hash32(id, SLOT_SEED), hash32(id, CHECK_SEED), position + 1);
    this.#size++;
  }

  #insert(start: number, check: number, entry: number): void {
    const mask = this.#positions.length - 1;
    let slot = start & mask;
    while (this.#positions[slot] !== 0) slot = (slot + 1) & mask;
    this.#positions[slot] = entry;
    this.#checks[slot] = check;
    this.#slots[slot] = start;
  }

  #grow(): void {
    const [positions, checks, slots] = [this.#positions, this.#checks, this.#slots];
    const capacity = positions.length * 2;
    this.#positions = new Uint32Array(capacity);
    this.#checks = new Uint32Array(capacity);
    this.#slots = new Uint32Array(capacity);
    for (const [slot, entry] of positions.entries())
      if (entry !== 0) this.#insert(slots[slot] ?? 0, checks[slot] ?? 0, entry);
  }
}
