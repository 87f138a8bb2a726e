// Which moves of the state tables a run has taken, and which forbidden ones it has tried; summed over many runs.
import type { Instance } from "#functions/records.ts";
import {
  EXECUTION_MOVES,
  EXECUTION_STATES,
  type Execution,
  type ExecutionState,
} from "#shared/execution.ts";
import { INSTANCE_MOVES, INSTANCE_STATES, type InstanceState } from "#shared/instance.ts";
import type { Changed } from "./picture.ts";

/** `execution queued -> starting` and how often. */
export interface Moves {
  readonly taken: ReadonlyMap<string, number>;
  readonly tried: ReadonlyMap<string, number>;
}

export class Coverage implements Moves {
  readonly taken = new Map<string, number>();
  readonly tried = new Map<string, number>();

  execution({ before, after }: Changed<Execution>): void {
    if (before === undefined || after === undefined || before.state === after.state) return;
    if (before.state === "ended" && after.state === "starting") {
      add(this.taken, nameOf("execution", "ended", "queued"));
      add(this.taken, nameOf("execution", "queued", "starting"));
    } else add(this.taken, nameOf("execution", before.state, after.state));
  }

  instance({ before, after }: Changed<Instance>): void {
    if (after === undefined) return;
    const from = before?.state ?? "placed";
    if (from !== after.state) add(this.taken, nameOf("instance", from, after.state));
  }

  /** Something happened that means `to`, while the state was `from`. */
  triesExecution(from: ExecutionState, to: ExecutionState): void {
    if (!EXECUTION_MOVES[from].includes(to)) add(this.tried, nameOf("execution", from, to));
  }

  triesInstance(from: InstanceState, to: InstanceState): void {
    if (!INSTANCE_MOVES[from].includes(to)) add(this.tried, nameOf("instance", from, to));
  }

  join(other: Moves): void {
    for (const [name, n] of other.taken) add(this.taken, name, n);
    for (const [name, n] of other.tried) add(this.tried, name, n);
  }

  /** Allowed moves that were never taken, and forbidden ones that were never tried. */
  missing(): { readonly allowed: string[]; readonly forbidden: string[] } {
    const all = [
      ...pairs("execution", EXECUTION_STATES, EXECUTION_MOVES),
      ...pairs("instance", INSTANCE_STATES, INSTANCE_MOVES),
    ];
    return {
      allowed: all.filter(([name, ok]) => ok && !this.taken.has(name)).map(([name]) => name),
      forbidden: all.filter(([name, ok]) => !ok && !this.tried.has(name)).map(([name]) => name),
    };
  }
}

function add(map: Map<string, number>, name: string, n = 1): void {
  map.set(name, (map.get(name) ?? 0) + n);
}

function nameOf(of: string, from: string, to: string): string {
  return `${of} ${from} -> ${to}`;
}

function pairs<State extends string>(
  of: string,
  states: readonly State[],
  moves: Readonly<Record<State, readonly State[]>>,
): (readonly [string, boolean])[] {
  return states.flatMap((from) =>
    states.map((to) => [nameOf(of, from, to), moves[from].includes(to)] as const),
  );
}
