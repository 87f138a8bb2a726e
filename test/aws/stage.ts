// What runs in the double's containers: nothing real. Whoever makes the double casts each group of containers, and says when and how it ends.

export interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[] | undefined;
  /** The definition's and the call's, as the container sees them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that the agent asks Secrets Manager for: their ARNs. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** One task of ECS, or one job, child or node of Batch. */
export interface Group {
  /** The task's ARN, or the job's id. */
  readonly id: string;
  readonly taskRole: string | undefined;
  /** Of the agent that starts it. */
  readonly executionRole: string | undefined;
  readonly containers: readonly ContainerView[];
}

/** Containers that are not named here never started. */
export interface Ended {
  readonly exitCodes: Readonly<Record<string, number>>;
  /** What the agent says of a container, as in "OutOfMemoryError: Container killed due to memory usage". */
  readonly reasons?: Readonly<Record<string, string>>;
  readonly stoppedReason?: string;
  /** ECS's code for it. */
  readonly stopCode?: "TaskFailedToStart" | "EssentialContainerExited" | "SpotInterruption";
}

export interface Stage {
  readonly end: (ended: Ended) => void;
  /** SIGTERM; without it a group ends at once. 30 s later comes SIGKILL. */
  readonly onStop: (act: () => void) => void;
  readonly isOver: () => boolean;
}

/** Called when the group's containers start. */
export type Cast = (group: Group, stage: Stage) => void;

/** Every program succeeds at once. */
export const allSucceed: Cast = ({ containers }, { end }) =>
  end({ exitCodes: Object.fromEntries(containers.map(({ name }) => [name, 0])) });

export const KILLED = 137;
export const GRACE_MS = 30_000;

/** An event of EventBridge, as its targets get it. */
export interface BridgeEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export function secretsOf(
  secrets: readonly { readonly name?: string; readonly valueFrom?: string }[] = [],
): Readonly<Record<string, string>> {
  return Object.fromEntries(secrets.map(({ name = "", valueFrom = "" }) => [name, valueFrom]));
}

/** JSON as events carry it: no undefined, times as `timeOf` writes them. */
export function detailOf(
  value: object,
  timeOf: (date: Date) => string | number,
): Readonly<Record<string, unknown>> {
  return plain(value, timeOf) as Record<string, unknown>;
}

function plain(value: unknown, timeOf: (date: Date) => string | number): unknown {
  if (value instanceof Date) return timeOf(value);
  if (Array.isArray(value)) return value.map((item) => plain(item, timeOf));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item, timeOf)]));
}
