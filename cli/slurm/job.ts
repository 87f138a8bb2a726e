// What a batch job asks for: the options of its script, its environment and its command line, read into one plain job. describe.ts makes a submission of it.
import { type ArrayTasks, arrayOf, MOST_TASKS } from "./array.ts";
import { type Dependency, dependenciesOf } from "./dependency.ts";
import { unknownField } from "./file-name.ts";
import { gpusOf } from "./gpus.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { mibOf } from "./memory.ts";
import { demandUsable, type Given } from "./option.ts";
import { Reader, Refusal } from "./reader.ts";
import { limitOf } from "./time.ts";

export interface Job extends Layout {
  readonly name?: string;
  /** Of one node; of one child of an array. */
  readonly memoryMib: number;
  readonly gpusPerNode: number;
  readonly timeSeconds?: number;
  readonly output?: string;
  readonly error?: string;
  readonly input?: string;
  readonly openMode: "truncate" | "append";
  readonly array?: ArrayTasks;
  readonly dependencies: readonly Dependency[];
  /** The text of the dependencies, as it was written. */
  readonly dependency?: string;
  readonly chdir?: string;
  readonly export?: string;
  readonly account?: string;
  readonly comment?: string;
  readonly partition?: string;
  readonly image?: string;
  readonly isRequeued?: boolean;
  /** Its nodes are only held, for steps. */
  readonly isHeld?: boolean;
}

/** Its nodes stand together, with the agent that starts its tasks. */
export function isGang({ array, nodes, tasks, isHeld = false }: Job): boolean {
  return array === undefined && (isHeld || nodes * tasks > 1);
}

/** Where nothing is said: of each CPU. */
export const USUAL_MIB_PER_CPU = 1024;

export function jobOf(given: readonly Given[]): Job {
  demandUsable(given);
  const reader = new Reader(given);
  const layout = layoutOf(reader);
  const array = reader.read("array", arrayTasks);
  if (array !== undefined && layout.nodes > 1)
    reader.refuse("array", "an array whose tasks have several nodes each is not supported by Zoe");
  return {
    ...layout,
    memoryMib: memoryOf(reader, layout),
    gpusPerNode: gpusOf(reader, layout),
    openMode: reader.read("open-mode", openModeOf) ?? "truncate",
    ...dependencyFields(reader),
    ...plain(reader),
    ...optional("timeSeconds", reader.read("time", timeOf)),
    ...optional("array", array),
    ...optional("isRequeued", requeued(reader)),
  };
}

function plain(reader: Reader): Partial<Job> {
  return {
    ...optional("name", reader.text("job-name")),
    ...optional("output", reader.read("output", fileName)),
    ...optional("error", reader.read("error", fileName)),
    ...optional("input", reader.read("input", fileName)),
    ...optional("chdir", reader.text("chdir")),
    ...optional("export", reader.text("export")),
    ...optional("account", reader.text("account")),
    ...optional("comment", reader.text("comment")),
    ...optional("partition", reader.text("partition")),
    ...optional("image", reader.text("container-image")),
  };
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}

function memoryOf(reader: Reader, { cpusPerNode }: Layout): number {
  const whole = reader.read("mem", sizeOf);
  const each = reader.read("mem-per-cpu", sizeOf);
  if (whole !== undefined && each !== undefined)
    reader.refuse("mem-per-cpu", "--mem and --mem-per-cpu are mutually exclusive");
  return whole ?? (each ?? USUAL_MIB_PER_CPU) * cpusPerNode;
}

function sizeOf(value: string): number | Refusal {
  const mib = mibOf(value);
  if (mib === 0)
    return new Refusal("all memory of a machine is not supported by Zoe; say how much");
  return mib ?? new Refusal("wanted a size such as 4G, 500M or 1024 (MiB)");
}

function timeOf(value: string): number | undefined | Refusal {
  const limit = limitOf(value);
  if (limit === undefined) return new Refusal("wanted a time such as 90, 1:30:00 or 2-12");
  return limit === "none" ? undefined : limit;
}

function arrayTasks(value: string): ArrayTasks | Refusal {
  const tasks = arrayOf(value);
  if (tasks === undefined || tasks.ids.length > MOST_TASKS)
    return new Refusal(`wanted numbers such as 1-10%2, 1,3,5 or 0-15:4, at most ${MOST_TASKS}`);
  if (tasks.text.length > LONGEST_ARRAY)
    return new Refusal(`wanted at most ${LONGEST_ARRAY} characters; a range says more in fewer`);
  return tasks;
}

/** It is kept as a label. */
const LONGEST_ARRAY = 255;

function fileName(value: string): string | Refusal {
  const field = unknownField(value);
  return field === undefined
    ? value
    : new Refusal(`${field} in a file name is not supported by Zoe`);
}

function openModeOf(value: string): Job["openMode"] | Refusal {
  if (value === "append" || value === "truncate") return value;
  return new Refusal("wanted append or truncate");
}

function dependencyFields(reader: Reader): Pick<Job, "dependencies" | "dependency"> {
  const text = reader.text("dependency");
  if (reader.text("kill-on-invalid-dep")?.toLowerCase() === "no")
    reader.refuse("kill-on-invalid-dep", "not supported by Zoe: such a job is always cancelled");
  if (text === undefined || text === "") return { dependencies: [] };
  const reading = dependenciesOf(text);
  switch (reading.kind) {
    case "read":
      return { dependencies: reading.dependencies, dependency: text };
    case "unsupported":
      return reader.refuse("dependency", `${reading.what} is not supported by Zoe`);
    case "invalid":
      return reader.refuse("dependency", `"${reading.what}" is no dependency`);
  }
}

/** The later one counts. */
function requeued(reader: Reader): boolean | undefined {
  if (reader.text("no-requeue") !== undefined) return false;
  return reader.text("requeue") === undefined ? undefined : true;
}
