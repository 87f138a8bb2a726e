// A message queue of the simulation: messages come in no order, and by chance late, twice or never. What a crashed host had taken comes again.
import type { MessageQueue } from "#functions/queue.ts";
import { QUEUE_LIMITS, redeliverySeconds } from "#functions/queue.ts";
import type { Chaos } from "./chaos.ts";
import type { Random } from "./random.ts";
import type { Life, Time } from "./time.ts";

interface Letter<M> {
  readonly message: M;
  visibleAt: number;
  receives: number;
  /** Names the delivery that may take it out. */
  receipt: number;
}

export interface Reader<M> {
  readonly life: Life;
  readonly handler: (messages: readonly M[]) => Promise<readonly number[]>;
  readonly batch: number;
  readonly concurrency: number;
  readonly visibilitySeconds: number;
  /** The call that takes delivered messages out; a crash may come before it. */
  readonly acknowledge: (act: () => void) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

interface Seat<M> extends Reader<M> {
  inFlight: number;
  isCalled: boolean;
}

export class Mailbox<M> implements MessageQueue<M> {
  readonly name: string;
  /** Given up after too many deliveries. */
  dead = 0;
  readonly #loss: "lose" | "loseEvent";
  readonly #time: Time;
  readonly #chaos: Chaos;
  readonly #random: Random;
  #letters: Letter<M>[] = [];
  #seats: Seat<M>[] = [];
  #receipts = 0;

  constructor(
    name: string,
    loss: "lose" | "loseEvent",
    { time, chaos, random }: { time: Time; chaos: Chaos; random: Random },
  ) {
    this.name = name;
    this.#loss = loss;
    this.#time = time;
    this.#chaos = chaos;
    this.#random = random;
  }

  /** Nothing waits to be delivered now or later, or is being worked on. */
  get isEmpty(): boolean {
    return this.#letters.length === 0;
  }

  /** Nothing is due. */
  get isQuiet(): boolean {
    return this.#letters.every(
      ({ visibleAt, receives }) => visibleAt > this.#time.now && receives === 0,
    );
  }

  async send(messages: readonly M[], { delaySeconds = 0 } = {}): Promise<void> {
    for (const message of messages) {
      if (this.#chaos.happens(this.#loss)) continue;
      this.#post(message, delaySeconds);
      if (this.#chaos.happens("repeat")) this.#post(message, delaySeconds + this.#repeatSeconds());
    }
  }

  read(reader: Reader<M>): void {
    this.#seats = this.#seats.filter(({ life }) => !life.isOver);
    this.#seats.push({ ...reader, inFlight: 0, isCalled: false });
    this.#call();
  }

  /** Half of the repeats come beside the first. */
  #repeatSeconds(): number {
    const random = this.#chaos.random("repeat");
    return random.chance(0.5) ? 0 : random.below(20);
  }

  #post(message: M, delaySeconds: number): void {
    const late = this.#chaos.happens("late") ? this.#chaos.random("late").between(1, 60) : 0;
    const copy = structuredClone(message);
    const ms = (delaySeconds + late) * 1000;
    this.#letters.push({ message: copy, visibleAt: this.#time.now + ms, receives: 0, receipt: 0 });
    this.#callIn(ms);
  }

  #callIn(ms: number): void {
    if (ms === 0) this.#call();
    else this.#time.later(ms, () => this.#call());
  }

  #call(): void {
    for (const seat of this.#seats) {
      if (seat.isCalled || seat.life.isOver) continue;
      seat.isCalled = true;
      this.#time.enter(seat.life, () => this.#deliver(seat));
    }
  }

  #deliver(seat: Seat<M>): void {
    seat.isCalled = false;
    if (seat.inFlight >= seat.concurrency) return;
    const due = this.#letters.filter(({ visibleAt }) => visibleAt <= this.#time.now);
    if (due.length === 0) return;
    const letters = this.#draw(due, Math.min(seat.batch, due.length));
    const receipt = ++this.#receipts;
    const again = seat.visibilitySeconds * 1000;
    for (const letter of letters) {
      letter.visibleAt = this.#time.now + again;
      letter.receives++;
      letter.receipt = receipt;
    }
    this.#callIn(again);
    seat.inFlight++;
    void this.#handOver(seat, letters, receipt);
    if (due.length > letters.length) this.#call();
  }

  #draw(due: readonly Letter<M>[], most: number): Letter<M>[] {
    const left = [...due];
    const n = this.#random.chance(0.7) ? most : this.#random.between(1, most);
    return Array.from({ length: n }, () => {
      const [letter] = left.splice(this.#random.below(left.length), 1);
      return letter as Letter<M>;
    });
  }

  async #handOver(seat: Seat<M>, letters: readonly Letter<M>[], receipt: number): Promise<void> {
    const failed = await this.#outcome(seat, letters);
    await seat.acknowledge(() => {
      for (const [position, letter] of letters.entries()) {
        if (letter.receipt !== receipt) continue;
        if (failed.has(position)) this.#retry(letter);
        else this.#letters = this.#letters.filter((other) => other !== letter);
      }
    });
    seat.inFlight--;
    this.#call();
  }

  async #outcome(seat: Seat<M>, letters: readonly Letter<M>[]): Promise<ReadonlySet<number>> {
    try {
      return new Set(await seat.handler(letters.map(({ message }) => message)));
    } catch (error) {
      seat.failed(error);
      return new Set(letters.keys());
    }
  }

  #retry(letter: Letter<M>): void {
    if (letter.receives >= QUEUE_LIMITS.receives) {
      this.dead++;
      this.#letters = this.#letters.filter((other) => other !== letter);
      return;
    }
    const ms = redeliverySeconds(letter.receives) * 1000;
    letter.visibleAt = this.#time.now + ms;
    this.#callIn(ms);
  }
}
