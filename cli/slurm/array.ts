// `--array=0-15%4`, `1,3,5-9:2`: the numbers of an array's tasks, and how many run at once.

export interface ArrayTasks {
  /** In order, each once. */
  readonly ids: readonly number[];
  readonly atOnce?: number;
  /** As it was written, without how many at once. */
  readonly text: string;
}

/** What Slurm's MaxArraySize is by default; and one execution holds no more instances. */
export const MOST_TASKS = 10_000;

/** Undefined when it is none. */
export function arrayOf(written: string): ArrayTasks | undefined {
  const match = /^\[?([\d,:-]+)\]?(?:%(\d+))?$/.exec(written);
  const [, text = "", most] = match ?? [];
  const ids = new Set<number>();
  for (const part of text.split(",")) {
    const range = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part);
    if (range === null) return undefined;
    const [from, to, step] = [
      Number(range[1]),
      Number(range[2] ?? range[1]),
      Number(range[3] ?? 1),
    ];
    if (to < from || step < 1 || (to - from) / step >= MOST_TASKS) return undefined;
    for (let id = from; id <= to; id += step) ids.add(id);
  }
  const atOnce = most === undefined ? undefined : Number(most);
  if (atOnce === 0) return undefined;
  const sorted = [...ids].sort((a, b) => a - b);
  return { ids: sorted, text, ...(atOnce !== undefined && { atOnce }) };
}

/** `1-3,7`: as squeue shows those that wait. */
export function rangesOf(ids: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < ids.length; ) {
    let end = at;
    while (ids[end + 1] === (ids[end] ?? 0) + 1) end++;
    parts.push(end === at ? `${ids[at]}` : `${ids[at]}-${ids[end]}`);
    at = end + 1;
  }
  return parts.join(",");
}
