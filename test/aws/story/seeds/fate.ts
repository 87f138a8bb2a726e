// What a seed decides: who submits what, what goes wrong between functions and AWS, and what befalls single groups of containers.
import type { FaultSource } from "#test/aws/faults.ts";
import type { Mishaps } from "#test/aws/story/functions-cast.ts";
import type { PlayOptions } from "#test/aws/story/play.ts";
import { Random } from "#test/simulation/random.ts";

export const STORM_MS = 90_000;

export interface Wish {
  readonly kind: "once" | "array" | "worker";
  readonly atMs: number;
  /** Asked to stop so long after. */
  readonly stopAfterMs?: number;
  /** Tasks, or copies. */
  readonly count: number;
}

export function wishesOf(seed: number): readonly Wish[] {
  const random = new Random(seed, "wishes");
  return Array.from({ length: random.between(1, 2) }, (): Wish => {
    const kind = random.pick(["once", "once", "array", "worker"] as const);
    return {
      ...{ kind, atMs: random.below(20_000) },
      count: kind === "worker" ? random.between(3, 8) : random.between(2, 3),
      ...(random.chance(0.15) && { stopAfterMs: random.between(1, 80) * 1000 }),
    };
  });
}

/** Manners of AWS that are no faults: copies, late and repeated events, lists that lag. */
export function mannersOf(
  seed: number,
): Pick<PlayOptions, "events" | "sqs" | "batch" | "ecs" | "roleLagMs"> {
  const random = new Random(seed, "manners");
  const own = (name: string) => {
    const dice = new Random(seed, name);
    return () => dice.next();
  };
  return {
    events: { random: own("events"), duplicate: 0.1, late: 0.15, mostLateMs: 45_000 },
    sqs: { random: own("sqs"), copy: 0.03, miss: 0.05, shuffle: 0.2 },
    batch: { lagMs: random.pick([0, 5_000, 90_000]) },
    ecs: { lagMs: random.pick([0, 5_000, 30_000]) },
    roleLagMs: random.pick([0, 8_000, 30_000]),
  };
}

const BROKEN = ["schedule", "launch", "observe", "feed", "sweep"] as const;
/** An SDK gives up after so many tries: then the function dies. */
const DEADLY = 7;

/** Throttles, errors, lost requests and replies; and now and then a function that dies at one of its calls. Of the API's none: people ask again. */
export function faultsOf(seed: number, isStorm: () => boolean): FaultSource {
  const random = new Random(seed, "faults");
  let dying: { name: string; left: number; kind: "lostReply" | "lostRequest" } | undefined;
  return ({ principal, operation }) => {
    if (!isStorm() || principal.endsWith("/zoe-api") || principal.endsWith("/zoe-roles"))
      return undefined;
    const isSubmit = operation === "SubmitJob" && random.chance(0.3);
    if (isSubmit) return { kind: "lostReply" };
    if (/^(Receive|Delete)Message/.test(operation)) return undefined;
    if (dying === undefined && random.chance(0.01)) {
      const kind = random.pick(["lostReply", "lostRequest"] as const);
      dying = { name: random.pick(BROKEN), left: DEADLY, kind };
    }
    if (dying !== undefined && principal.endsWith(`/zoe-${dying.name}`)) {
      const { kind } = dying;
      dying.left--;
      if (dying.left === 0) dying = undefined;
      return { kind };
    }
    const dice = random.next();
    if (dice < 0.01) return { kind: "throttle" };
    if (dice < 0.02) return { kind: "serverError" };
    if (dice < 0.03) return { kind: "lostReply" };
    return dice < 0.04 ? { kind: "lostRequest" } : undefined;
  };
}

/** Of the n-th group of containers that starts. */
export function mishapsOf(seed: number, isStorm: () => boolean): () => Mishaps {
  const random = new Random(seed, "mishaps");
  return () => {
    if (!isStorm()) return {};
    return {
      ...(random.chance(0.15) && { startsLateMs: random.between(1, 120) * 1000 }),
      ...(random.chance(0.15) && {
        cut: { afterMs: random.below(45_000), forMs: random.between(1, 150) * 1000 },
      }),
      ...(random.chance(0.2) && { givenUpAfterMs: random.below(45_000) }),
      isStubborn: random.chance(0.3),
    };
  };
}

/** How long a program takes. */
export function timesOf(seed: number): () => number {
  const random = new Random(seed, "times");
  return () => random.between(1, 60) * 1000;
}
