// What one seed is to see: pools, people, what they do and when, and which faults come how often. All of it is known before anything runs.
import { AFTER_WHENS, type AfterWhen } from "#shared/after.ts";
import type { Quota } from "#shared/quota.ts";
import { FAULT_KINDS, type FaultKind, type Faults, NO_FAULTS } from "./chaos.ts";
import type { Errand } from "./programs.ts";
import { Random } from "./random.ts";
import { hasQueue, ZAPP_NAMES } from "./zapps.ts";

export interface Person {
  readonly tenant: string;
  readonly user: string;
}

/** `of`: the ordinal of a submission. */
export type Deed =
  | {
      readonly kind: "submit";
      readonly ordinal: number;
      readonly who: Person;
      readonly zapp: string;
      readonly parameters: Readonly<Record<string, number | string>>;
      readonly priority: number;
      readonly maxTimeSeconds?: number;
      /** Waits for an earlier one of the same person, if there is one by then. */
      readonly after?: { readonly of: number; readonly when: AfterWhen };
    }
  | { readonly kind: "put"; readonly of: number; readonly tasks: readonly Task[] }
  | { readonly kind: "close"; readonly of: number }
  | { readonly kind: "cancel"; readonly of: number }
  | { readonly kind: "retry"; readonly of: number }
  | { readonly kind: "redrive"; readonly of: number }
  | { readonly kind: "drain"; readonly of: number; readonly draining: boolean }
  | { readonly kind: "rank"; readonly of: number; readonly priority: number }
  | { readonly kind: "limit"; readonly of: number; readonly seconds: number }
  | { readonly kind: "look"; readonly of: number; readonly who: Person }
  | {
      readonly kind: "quota";
      readonly tenant: string;
      readonly user?: string;
      readonly quota: Quota;
    };

export interface Task {
  readonly id: string;
  readonly payload: Errand;
}

export interface Action {
  readonly atMs: number;
  readonly deed: Deed;
}

export interface Scenario {
  readonly seed: number;
  readonly hosts: number;
  /** A host that comes back has another name. */
  readonly renames: boolean;
  /** Handlers of one queue at once, per host. */
  readonly concurrency: number;
  readonly pool: { readonly instances: number; readonly cpu: number };
  /** Whether the backend knows its instances by their ids. */
  readonly remembers: boolean;
  /** Whether it leaves it to others to end what is left of a gang. */
  readonly neglectsGangs: boolean;
  readonly staleOperations: number;
  readonly placedPerCycle: number;
  readonly headsPerShare: number;
  readonly patienceSeconds: number;
  readonly retentionDays: number;
  readonly actions: readonly Action[];
  readonly faults: Faults;
  readonly stormMs: number;
}

const PEOPLE: readonly Person[] = [
  { tenant: "alpha", user: "ann" },
  { tenant: "alpha", user: "ben" },
  { tenant: "beta", user: "cat" },
];

/** Rates of one occasion, at their highest. */
const WORST: Faults = {
  ...{ crash: 0.004, stall: 0.004, lose: 0.25, loseEvent: 0.2, repeat: 0.25, late: 0.2 },
  ...{ conflict: 0.1, shortPage: 0.2, noRoom: 0.25, rejected: 0.05, unseen: 0.3, lost: 0.15 },
  ...{ die: 0.25, silence: 0.3, freeze: 0.15, unreleased: 0.3, collapse: 0.4, lateAnswer: 0.3 },
};

export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed, "scenario");
  const stormMs = random.between(60, 240) * 1000;
  return {
    seed,
    hosts: random.between(1, 2),
    renames: random.chance(0.5),
    concurrency: random.between(1, 2),
    pool: { instances: random.between(2, 8), cpu: random.between(2, 8) },
    remembers: random.chance(0.5),
    neglectsGangs: random.chance(0.5),
    staleOperations: random.pick([0, 20, 200]),
    placedPerCycle: random.pick([1, 2, 500]),
    headsPerShare: random.pick([1, 2, 50]),
    patienceSeconds: random.pick([5, 60, 600]),
    retentionDays: random.pick([30, 30, 30, 0.005]),
    faults: faultsOf(random),
    actions: actionsOf(random, new Random(seed, "after"), stormMs),
    stormMs,
  };
}

/** Each kind is off in half of the seeds, so that faults meet in all combinations. */
function faultsOf(random: Random): Faults {
  const isCalm = random.chance(0.1);
  const rates = FAULT_KINDS.map((kind): [FaultKind, number] => {
    const rate = WORST[kind] * random.next();
    return [kind, random.chance(0.5) || isCalm ? 0 : rate];
  });
  return { ...NO_FAULTS, ...Object.fromEntries(rates) };
}

function actionsOf(random: Random, afters: Random, stormMs: number): Action[] {
  const submissions = random.between(1, 6);
  const actions: Action[] = [];
  const add = (atMs: number, deed: Deed) => actions.push({ atMs: Math.round(atMs), deed });
  for (let ordinal = 0; ordinal < submissions; ordinal++) {
    const atMs = random.chance(0.4) ? random.below(2_000) : random.next() * stormMs * 0.7;
    const submit = { ...submissionOf(random, ordinal), ...afterOf(afters, ordinal) };
    add(atMs, submit);
    for (const { afterMs, deed } of laterDeeds(random, submit)) add(atMs + afterMs, deed);
  }
  for (let n = random.below(3); n > 0; n--) add(random.next() * stormMs, quotaOf(random));
  return actions.sort((a, b) => a.atMs - b.atMs);
}

type Submit = Extract<Deed, { kind: "submit" }>;

function submissionOf(random: Random, ordinal: number): Submit {
  const min = random.pick([0, 0, 1]);
  const maxTimeSeconds = random.chance(0.15) ? random.between(20, 200) : undefined;
  // What never ends is ended by its time limit.
  const hangs = maxTimeSeconds !== undefined && random.chance(0.5) ? 1 : 0;
  return {
    ...{ kind: "submit", ordinal, who: random.pick(PEOPLE), zapp: random.pick(ZAPP_NAMES) },
    parameters: {
      ...{ ordinal, count: random.between(1, 7), most: random.between(1, 4), min },
      ...{ tolerate: random.below(2), attempts: random.between(1, 3), cpu: random.pick([1, 1, 2]) },
      ...{ max: min + random.between(1, 3), limit: random.pick(["30s", "300s"]) },
      ...{ within: random.pick(["5s", "20s", "300s"]) },
      ...{ onLostNode: random.pick(["restart", "restart", "fail"]), hangs },
    },
    priority: random.pick([20, 50, 50, 80]),
    ...(maxTimeSeconds !== undefined && { maxTimeSeconds }),
  };
}

/** Drawn apart, so that all else of a seed stays as it was. */
function afterOf(random: Random, ordinal: number): Pick<Submit, "after"> {
  if (ordinal === 0 || !random.chance(0.3)) return {};
  return { after: { of: random.below(ordinal), when: random.pick(AFTER_WHENS) } };
}

interface Later {
  readonly afterMs: number;
  readonly deed: Deed;
}

function laterDeeds(random: Random, submit: Extract<Deed, { kind: "submit" }>): Later[] {
  const of = submit.ordinal;
  const deeds: Later[] = [];
  const sometime = (deed: Deed, withinMs = 150_000) =>
    deeds.push({ afterMs: random.next() * withinMs, deed });
  if (hasQueue(submit.zapp)) {
    for (let n = random.below(4); n > 0; n--) sometime(putOf(random, of, n), 60_000);
    if (random.chance(0.8)) sometime({ kind: "close", of }, 90_000);
    if (random.chance(0.3)) sometime({ kind: "redrive", of });
    if (random.chance(0.15)) sometime({ kind: "drain", of, draining: true });
    if (random.chance(0.1)) sometime({ kind: "drain", of, draining: false });
  }
  for (let n = random.pick([0, 0, 1, 2]); n > 0; n--) sometime({ kind: "cancel", of });
  for (let n = random.pick([0, 0, 1, 2]); n > 0; n--) sometime({ kind: "retry", of });
  if (random.chance(0.2)) sometime({ kind: "rank", of, priority: random.pick([10, 50, 90]) });
  if (random.chance(0.1)) sometime({ kind: "limit", of, seconds: random.between(10, 400) });
  for (let n = random.below(3); n > 0; n--)
    sometime({ kind: "look", of, who: random.pick(PEOPLE) });
  return deeds;
}

function putOf(random: Random, of: number, batch: number): Deed {
  const tasks = Array.from({ length: random.between(1, 6) }, (_, n) => ({
    // Some ids come twice: a repeat is no new task.
    id: `t${random.chance(0.9) ? batch : 1}-${n}`,
    payload: errandOf(random),
  }));
  return { kind: "put", of, tasks: [...new Map(tasks.map((task) => [task.id, task])).values()] };
}

const ERRANDS: readonly Errand["do"][] = [
  ...["succeed", "succeed", "succeed", "succeed", "succeed", "succeed"],
  ...["fail", "flaky", "kill"],
] as readonly Errand["do"][];

function errandOf(random: Random): Errand {
  const side = random.pick(["left", "left", "right", "right", "nowhere"] as const);
  return { do: random.pick(ERRANDS), ms: random.between(100, 6_000), side };
}

function quotaOf(random: Random): Deed {
  const { tenant, user } = random.pick(PEOPLE);
  const quota = random.pick<Quota>([
    {},
    { instances: random.below(4) },
    { cpu: random.between(1, 4) },
    { memoryMib: 100 * random.between(1, 5) },
  ]);
  return { kind: "quota", tenant, ...(random.chance(0.5) && { user }), quota };
}
