// Holds a seed's story against the invariants: what runs twice, states that moved where they may not, and what is left at the end.
import { itemOf } from "#functions/aws/store/attributes.ts";
import type { Instance } from "#functions/records.ts";
import type { InstanceSpec } from "#shared/container-group.ts";
import type { Execution } from "#shared/execution.ts";
import type { RecordedCall } from "#test/aws/recorder.ts";
import { wrongExecutionMove, wrongInstanceMove } from "#test/simulation/invariants/states.ts";

interface Running {
  readonly generation: number;
  readonly isRunning: () => boolean;
}

export class Guard {
  readonly violations: string[] = [];
  /** Fenced instances that ran twice at once. */
  twice = 0;
  readonly #running = new Map<string, Running[]>();
  readonly #executions = new Map<string, Execution>();
  readonly #instances = new Map<string, Instance>();
  /** Tokens of writes: a repeat, whose first answer was lost, is answered and writes nothing. */
  readonly #written = new Set<string>();

  violate(invariant: number, text: string): void {
    this.violations.push(`invariant ${invariant}: ${text}`);
  }

  /** Invariant 2. */
  readonly starts = (spec: InstanceSpec, index: number, isRunning: () => boolean): void => {
    if (spec.run === "worker") return;
    const name = `${spec.executionId}/${spec.service}-${index}`;
    const others = (this.#running.get(name) ?? []).filter((one) => one.isRunning());
    const { generation } = spec;
    if (others.length > 0) {
      this.twice++;
      this.violate(
        2,
        `${name} runs twice: generations ${others[0]?.generation} and ${generation}.`,
      );
    }
    this.#running.set(name, [...others, { generation, isRunning }]);
  };

  /** Invariant 6, of each write that was committed. */
  readonly heard = ({ operation, input, output }: RecordedCall): void => {
    if (operation !== "TransactWriteItems" || output === undefined) return;
    const { TransactItems, ClientRequestToken: token } = input as WriteCall;
    if (token !== undefined && this.#written.has(token)) return;
    if (token !== undefined) this.#written.add(token);
    for (const { Update } of TransactItems) if (Update) this.#write(Update);
  };

  #write({ Key, ExpressionAttributeValues = {} }: NonNullable<WriteAction["Update"]>): void {
    const pk = Key.pk?.S ?? "";
    const whole = Object.values(ExpressionAttributeValues).find(({ M }) => M !== undefined);
    if (!pk.startsWith("exe#") || whole === undefined) return;
    const { sk, value } = itemOf({ ...Key, value: whole } as never);
    if (sk === "meta") {
      const after = value as unknown as Execution;
      this.#check(wrongExecutionMove({ before: this.#executions.get(pk), after }));
      this.#executions.set(pk, after);
    } else if ("generation" in value && "index" in value && "state" in value) {
      const after = value as unknown as Instance;
      const name = `${pk} ${sk}`;
      this.#check(wrongInstanceMove({ before: this.#instances.get(name), after }));
      this.#instances.set(name, after);
    }
  }

  #check(wrong: string | undefined): void {
    if (wrong !== undefined) this.violate(6, wrong);
  }
}

interface WriteCall {
  readonly TransactItems: readonly WriteAction[];
  readonly ClientRequestToken?: string;
}

interface WriteAction {
  readonly Update?: {
    readonly Key: Readonly<Record<string, { readonly S?: string }>>;
    readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly M?: unknown }>>;
  };
}
