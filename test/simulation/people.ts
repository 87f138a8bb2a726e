// The people of a run: they submit, put, close, stop, retry and look, through any host that is up, and ask again when it went away meanwhile.
import { cancel } from "#functions/cancel.ts";
import { change } from "#functions/change.ts";
import { maySee } from "#functions/permissions.ts";
import { putQuota } from "#functions/quotas.ts";
import { redrive } from "#functions/redrive.ts";
import { retry } from "#functions/retry.ts";
import { submit } from "#functions/submit.ts";
import { listExecutions, readExecution, readView } from "#functions/view.ts";
import { why } from "#functions/why.ts";
import type { World } from "#functions/world.ts";
import type { After } from "#shared/after.ts";
import { type Execution, isOver } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import type { Principal } from "#shared/principal.ts";
import type { Host } from "./host.ts";
import type { Owner } from "./invariants/tenants.ts";
import type { Random } from "./random.ts";
import type { Action, Deed, Person } from "./scenario.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Life } from "./time.ts";
import { fullName, OPEN_QUEUE, parametersFor } from "./zapps.ts";

type Submit = Extract<Deed, { kind: "submit" }>;
type Change = Exclude<Deed, { kind: "submit" | "quota" | "look" }>;

export interface Judgement {
  /** A text that was shown to somebody. */
  readonly told: (text: string, to: Owner) => void;
  readonly violate: (invariant: number, text: string) => void;
}

export class People {
  /** Idempotency key -> what was accepted under it. */
  readonly accepted = new Map<string, string>();
  /** Execution -> ids of tasks whose put was acknowledged. */
  readonly puts = new Map<string, Set<string>>();
  readonly #around: Surroundings;
  readonly #hosts: readonly Host[];
  readonly #random: Random;
  readonly #judgement: Judgement;
  readonly #life: Life = { name: "people", isOver: false };
  readonly #owners = new Map<number, Person>();
  #busy = 0;

  constructor(around: Surroundings, hosts: readonly Host[], random: Random, judgement: Judgement) {
    this.#around = around;
    this.#hosts = hosts;
    this.#random = random;
    this.#judgement = judgement;
  }

  /** Nobody waits for an answer. */
  get isIdle(): boolean {
    return this.#busy === 0;
  }

  plan(actions: readonly Action[]): void {
    for (const { atMs, deed } of actions)
      this.#around.time.later(atMs, () => void this.#perform(deed));
  }

  /** After the storm: quotas are lifted, and all queues closed. */
  async calm(): Promise<void> {
    const { picture } = this.#around;
    for (const account of picture.quotas.keys()) {
      const [tenant = "", user] = account.split("#");
      void this.#perform({ kind: "quota", tenant, ...(user !== undefined && { user }), quota: {} });
    }
    for (const [key, id] of this.accepted) {
      const execution = picture.executions.get(id);
      if (execution === undefined || isOver(execution)) continue;
      const of = Number(key);
      if (execution.draining) void this.#perform({ kind: "drain", of, draining: false });
      if (execution.queues.length > 0) void this.#perform({ kind: "close", of });
    }
  }

  async #perform(deed: Deed): Promise<void> {
    const { trace, complain } = this.#around;
    this.#busy++;
    trace(() => `people ${JSON.stringify(deed)}`);
    try {
      await this.#act(deed);
    } catch (error) {
      if (!(error instanceof VisibleError)) complain(`a request to ${deed.kind}`, error);
      else trace(() => `people were refused: ${error.message}`);
    }
    this.#busy--;
  }

  async #act(deed: Deed): Promise<void> {
    if (deed.kind === "submit") return this.#submit(deed);
    if (deed.kind === "quota") return this.#setQuota(deed);
    const id = this.accepted.get(String(deed.of));
    const owner = this.#owners.get(deed.of);
    if (id === undefined || owner === undefined) return;
    if (deed.kind === "look") return this.#look(deed.who, id);
    const { kind } = deed;
    if (kind === "cancel" || kind === "retry") this.#around.witness.asks(kind, id);
    await this.#ask(owner, (world) => this.#change(world, owner, id, deed));
  }

  async #submit(deed: Submit) {
    const { ordinal, who, zapp, parameters, priority, maxTimeSeconds } = deed;
    const submission = {
      ...{
        zapp: fullName(zapp),
        parameters: parametersFor(zapp, parameters),
        labels: {},
        priority,
      },
      ...(maxTimeSeconds !== undefined && { maxTimeSeconds }),
      ...this.#afterOf(deed),
      name: `s${ordinal}`,
    };
    const options = { idempotencyKey: String(ordinal), bodyHash: "same" };
    const { execution } = await this.#ask(who, (world) =>
      submit(world, principalOf(who), submission, options),
    );
    const before = this.accepted.get(String(ordinal));
    if (before !== undefined && before !== execution.id)
      this.#judgement.violate(1, `${ordinal} was accepted as ${before} and as ${execution.id}.`);
    this.accepted.set(String(ordinal), execution.id);
    this.#owners.set(ordinal, who);
  }

  #afterOf({ who, after }: Submit): { readonly after?: readonly After[] } {
    const execution = after && this.accepted.get(String(after.of));
    const owner = after && this.#owners.get(after.of);
    const isMine = owner?.tenant === who.tenant && owner.user === who.user;
    if (after === undefined || execution === undefined || !isMine) return {};
    return { after: [{ execution, when: after.when }] };
  }

  async #setQuota({ tenant, user, quota }: Extract<Deed, { kind: "quota" }>): Promise<void> {
    const root = { tenant: "root", user: "root", role: "administrator", scope: "admin" } as const;
    const account = { tenant, ...(user !== undefined && { user }) };
    await this.#ask(undefined, (world) => putQuota(world, root, account, quota));
  }

  async #change(world: World, owner: Person, id: string, deed: Change): Promise<void> {
    const execution = await visible(world, owner, id);
    await (DOING[deed.kind] as Doing<Change>)(world, execution, { deed, owner, people: this });
  }

  /** A put was acknowledged. */
  noted(id: string, tasks: readonly string[]): void {
    const known = this.puts.get(id) ?? new Set<string>();
    for (const task of tasks) known.add(task);
    this.puts.set(id, known);
  }

  /** Own ones are explained, foreign ones do not exist; lists hold nothing that is another's. */
  async #look(who: Person, id: string): Promise<void> {
    const list = await this.#ask(who, (world) =>
      listExecutions(world, { tenant: who.tenant, user: who.user }, { limit: 5 }),
    );
    for (const { tenant, id: listed } of list.executions)
      if (tenant !== who.tenant)
        this.#judgement.violate(
          7,
          `${who.user} of ${who.tenant} was shown ${listed} of ${tenant}.`,
        );
    const reasons = await this.#ask(who, async (world) => {
      const execution = await visible(world, who, id);
      await readView(world, id);
      return why(world, execution);
    });
    for (const { text, help = "" } of reasons) this.#judgement.told(`${text} ${help}`, who);
  }

  /** Until some host answers; each time through another one, maybe. */
  async #ask<T>(who: Person | undefined, act: (world: World) => Promise<T>): Promise<T> {
    const { time } = this.#around;
    for (;;) {
      const up = this.#hosts.filter((host) => host.isUp);
      const host = up[this.#random.below(up.length)];
      if (host !== undefined) {
        const answer = await this.#tried(host, who, act);
        if (answer !== undefined) return answer.value;
      }
      await time.sleep(this.#life, 3_000);
    }
  }

  async #tried<T>(
    host: Host,
    who: Person | undefined,
    act: (world: World) => Promise<T>,
  ): Promise<{ value: T } | undefined> {
    try {
      const answer = await host.ask(act, who);
      return answer.kind === "answer" ? answer : undefined;
    } catch (error) {
      if (error instanceof VisibleError && error.code === "unavailable") return undefined;
      throw error;
    }
  }
}

interface Doer<D extends Change> {
  readonly deed: D;
  readonly owner: Person;
  readonly people: People;
}

type Doing<D extends Change> = (
  world: World,
  execution: Execution,
  doer: Doer<D>,
) => Promise<unknown>;

/** What each deed asks of an execution, as the API would. */
const DOING: { readonly [K in Change["kind"]]: Doing<Extract<Change, { readonly kind: K }>> } = {
  async put(world, execution, { deed, people }) {
    demandAlive(execution);
    const tasks = deed.tasks.map(({ id, payload }) => ({ id, payload: { ...payload } }));
    const reply = await world.tasks.put(openQueueOf(execution), tasks);
    if (reply.kind === "put") people.noted(execution.id, reply.ids);
  },
  close: (world, execution) => world.tasks.close(openQueueOf(execution)),
  redrive(world, execution, { owner }) {
    demandAlive(execution);
    return redrive(world, openQueueOf(execution), owner.user);
  },
  cancel: (world, { id }, { owner }) => cancel(world, id, { by: owner.user }),
  retry: (world, { id }, { owner }) => retry(world, id, owner.user),
  drain: (world, { id }, { deed }) => change(world, id, { draining: deed.draining }),
  rank: (world, { id }, { deed }) => change(world, id, { priority: deed.priority }),
  limit: (world, { id }, { deed }) => change(world, id, { maxTimeSeconds: deed.seconds }),
};

function openQueueOf({ id }: Execution) {
  return { executionId: id, queue: OPEN_QUEUE };
}

function principalOf({ tenant, user }: Person): Principal {
  return { tenant, user, role: "user", scope: "submit" };
}

async function visible(world: World, who: Person, id: string): Promise<Execution> {
  const execution = await readExecution(world, id);
  if (execution && maySee(principalOf(who), execution)) return execution;
  throw new VisibleError("notFound", `There is no execution ${id}.`);
}

function demandAlive(execution: Execution): void {
  if (isOver(execution) || execution.state === "ending")
    throw new VisibleError("conflict", `Execution ${execution.id} is ${execution.state}.`);
}
