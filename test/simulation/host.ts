// A simulated host of the control plane: the real steps over ports that wait for their turn. A crash is a call that never settles; nothing of that life runs on.
import type { InstanceEvent, LaunchReply, LaunchRequest } from "#functions/backend.ts";
import { launch } from "#functions/launch.ts";
import { observe } from "#functions/observe.ts";
import { schedule } from "#functions/scheduler/schedule.ts";
import type { Key, Store } from "#functions/store.ts";
import { sweep } from "#functions/sweep.ts";
import { tick } from "#functions/tick.ts";
import type { World } from "#functions/world.ts";
import type { InstanceId } from "#shared/instance.ts";
import { foreignKey, type Owner } from "./invariants/tenants.ts";
import type { Mailbox, Reader } from "./mailbox.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Life } from "./time.ts";

const SWEEP_MS = 15_000;
/** Longer than a message stays hidden, than the scheduler's lease, than a look at a queue. */
const STALLS_MS = [5_000, 30_000, 70_000, 130_000] as const;

export type Answer<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "crashed" };

export class Host {
  readonly name: string;
  readonly #around: Surroundings;
  #life: Life;
  #boots = 0;
  #onCrash = new Set<() => void>();
  #world: World;
  #inFlight = 0;

  constructor(name: string, around: Surroundings) {
    this.name = name;
    this.#around = around;
    this.#life = { name, isOver: true };
    this.#world = this.#worldOf(this.#life);
  }

  get isUp(): boolean {
    return !this.#life.isOver;
  }

  /** Steps at work. */
  get isIdle(): boolean {
    return this.#inFlight === 0;
  }

  start(): void {
    const name = this.#around.scenario.renames ? `${this.name}.${++this.#boots}` : this.name;
    this.#life = { name, isOver: false };
    this.#inFlight = 0;
    this.#world = this.#worldOf(this.#life);
    this.#readQueues();
    void this.#beat(this.#life, this.#world);
  }

  crash(): void {
    const { chaos, time, backend, trace } = this.#around;
    trace(() => `${this.#life.name} crashes`);
    this.#life.isOver = true;
    if (chaos.happens("collapse"))
      backend.collapse({ kind: "lost", reason: "The machine under it went down." });
    for (const tell of this.#onCrash) tell();
    this.#onCrash.clear();
    time.later(chaos.random("crash").between(1, 90) * 1000, () => this.start());
  }

  /** What somebody outside asks of this host: the answer, or that it went away. */
  ask<T>(act: (world: World) => Promise<T>, who: Owner | undefined): Promise<Answer<T>> {
    return new Promise((resolve, reject) => {
      const crashed = () => resolve({ kind: "crashed" });
      this.#onCrash.add(crashed);
      this.#inFlight++;
      act(who === undefined ? this.#world : this.#guarded(who))
        .then((value) => resolve({ kind: "answer", value }), reject)
        .finally(() => {
          this.#onCrash.delete(crashed);
          this.#inFlight--;
        });
    });
  }

  /** Reads and writes on somebody's behalf: what she touches must be hers. */
  #guarded(who: Owner): World {
    const { picture, violate } = this.#around;
    const world = this.#world;
    const demand = (keys: readonly Key[]) => {
      const wrong = foreignKey(who, keys, picture.owners);
      if (wrong !== undefined) violate(7, wrong);
    };
    return { ...world, store: guardedStore(world.store, demand) };
  }

  #readQueues(): void {
    const world = this.#world;
    const { decide, launch: launches, observe: events, tick: ticks } = this.#around.mailboxes;
    this.#read(decide, { batch: 1000, visibilitySeconds: 60 }, () => schedule(world));
    this.#read(launches, { batch: 200, visibilitySeconds: 120 }, (all) => launch(world, all));
    this.#read(events, { batch: 500, visibilitySeconds: 60 }, (all) => observe(world, all));
    this.#read(ticks, { batch: 1000, visibilitySeconds: 60 }, async (all) => {
      const ids = new Set(all.map(({ executionId }) => executionId));
      await Promise.all([...ids].map((id) => tick(world, id)));
    });
  }

  #read<M>(
    mailbox: Mailbox<M>,
    options: Pick<Reader<M>, "batch" | "visibilitySeconds">,
    step: (messages: readonly M[]) => Promise<unknown>,
  ): void {
    const life = this.#life;
    const { concurrency } = this.#around.scenario;
    mailbox.read({
      ...{ ...options, life, concurrency },
      handler: async (messages) => {
        this.#around.trace(() => `${life.name} ${mailbox.name} ${JSON.stringify(messages)}`);
        if (mailbox.name === "observe")
          this.#around.witness.events(messages as unknown as InstanceEvent[]);
        this.#inFlight++;
        const failed = await step(messages);
        this.#inFlight--;
        return Array.isArray(failed) ? failed : [];
      },
      acknowledge: (act) => this.#call(life, `${mailbox.name}.acknowledge`, act),
      failed: (error) => {
        this.#inFlight--;
        this.#around.complain(`${mailbox.name} on ${life.name}`, error);
      },
    });
  }

  async #beat(life: Life, world: World): Promise<void> {
    const { time, sweeps } = this.#around;
    let isFirst = true;
    while (!life.isOver) {
      this.#inFlight++;
      const began = time.now;
      try {
        await sweep(world, isFirst && this.#around.scenario.hosts === 1);
        isFirst = false;
        sweeps.lastBegan = began;
      } catch (error) {
        this.#around.complain(`sweep on ${life.name}`, error);
      }
      this.#inFlight--;
      await time.sleep(life, SWEEP_MS);
    }
  }

  #worldOf(life: Life): World {
    const { world } = this.#around;
    const gated = <P extends object>(label: string, port: P): P => this.#gated(life, label, port);
    const { decide, launch: launches, observe: events, tick: ticks } = world.queues;
    return {
      ...world,
      host: life.name,
      store: gated("store", world.store),
      queues: {
        decide: gated("decide", decide),
        launch: gated("launch", launches),
        observe: gated("observe", events),
        tick: gated("tick", ticks),
      },
      tasks: gated("tasks", world.tasks),
      backends: world.backends.map((backend) => gated(backend.name, backend)),
      objects: gated("objects", world.objects),
      logs: gated("logs", world.logs),
      secrets: gated("secrets", world.secrets),
    };
  }

  /** The same port, each call of it at its turn. */
  #gated<P extends object>(life: Life, label: string, port: P): P {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) =>
          this.#call(life, `${label}.${String(name)}`, () => member.apply(target, args), args);
      },
    });
  }

  #call<T>(life: Life, name: string, act: () => T | Promise<T>, args: unknown[] = []): Promise<T> {
    const { time, chaos, trace } = this.#around;
    const isAnsweredLate = name.startsWith("simulated.") && chaos.happens("lateAnswer");
    const answerMs = isAnsweredLate ? chaos.random("lateAnswer").below(20_000) : 0;
    const stallMs = chaos.happens("stall") ? chaos.random("stall").pick(STALLS_MS) : 0;
    if (stallMs > 0) trace(() => `${life.name} stalls for ${stallMs / 1000} s at ${name}`);
    return new Promise((resolve, reject) => {
      const answer = (value: T) => {
        this.#heard(name, args, value);
        resolve(value);
      };
      const take = async () => {
        const crashes = chaos.happens("crash");
        const isAfter = crashes && chaos.random("crash").chance(0.5);
        if (crashes && !isAfter) {
          trace(() => `${life.name} dies before ${name}`);
          return this.crash();
        }
        try {
          const value = await act();
          trace(
            () =>
              `${life.name} ${name} ${shown(name === "secrets.put" ? [] : args)} -> ${shown(value)}`,
          );
          if (isAfter) return this.crash();
          if (answerMs === 0) return answer(value);
          time.later(answerMs, () => time.enter(life, () => answer(value)));
        } catch (error) {
          reject(error);
        }
      };
      if (stallMs === 0) return time.enter(life, take);
      time.later(stallMs, () => time.enter(life, take));
    });
  }

  /** When an answer arrives, things may have moved on. */
  #heard(name: string, args: readonly unknown[], value: unknown): void {
    const { witness } = this.#around;
    if (name === "simulated.launch")
      witness.replies(args[0] as LaunchRequest[], value as LaunchReply[]);
    if (name === "simulated.stop") witness.stops(args[0] as InstanceId[]);
  }
}

/** Of a read, what was found counts: a key that leads nowhere tells nothing. */
function guardedStore(store: Store, demand: (keys: readonly Key[]) => void): Store {
  return {
    ...{ get: store.get, getMany: store.getMany, query: store.query, queryIndex: store.queryIndex },
    async transact(actions) {
      const written = actions.filter(({ kind }) => kind !== "check");
      demand(written.map((action) => (action.kind === "put" ? action.item : action.key)));
      return store.transact(actions);
    },
    async batchPut(items) {
      demand(items);
      return store.batchPut(items);
    },
  };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length <= 400 ? text : `${text.slice(0, 400)}...`;
}
