// The names in a zapp, and the guess at what was meant where one is wrong.

export const ZAPP_NAME = /^[a-z0-9][a-z0-9-]{1,62}[a-z0-9]$/;
export const ZAPP_NAME_WANTED =
  "a name of 3 to 64 lowercase letters, digits and hyphens, without a hyphen at its ends";

/** Of a service, a queue, a volume, a port, a group: it becomes part of host names and of paths. */
export const NAME = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
export const NAME_WANTED =
  "a name of at most 63 lowercase letters, digits and hyphens that begins with a letter";

/** Of a parameter, or of an axis of a sweep. */
export const PARAMETER_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
export const PARAMETER_NAME_WANTED =
  "a name of at most 63 letters, digits, hyphens and underscores that begins with a letter";

export const VARIABLE = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]{0,254}$/;
export const VARIABLE_WANTED =
  "the name of an environment variable: letters, digits and underscores, without a digit first";

/** `maxTasks` reaches programs as `ZOE_PARAM_MAXTASKS`, `dry-run` as `ZOE_PARAM_DRY_RUN`. */
export function parameterVariable(name: string): string {
  return `ZOE_PARAM_${name.replaceAll("-", "_").toUpperCase()}`;
}

/** The known name that was most likely meant, if any is near enough. */
export function meant(name: string, known: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  const ranked = [...known]
    .map((candidate) => ({ candidate, apart: apart(plain(name), plain(candidate), limit) }))
    .filter((ranking) => ranking.apart <= limit)
    .sort((a, b) => a.apart - b.apart);
  return ranked[0]?.candidate;
}

/** `; did you mean "queue"?`, or the list of what there is. */
export function suggestion(name: string, known: Iterable<string>): string {
  const names = [...known];
  const guess = meant(name, names);
  if (guess !== undefined) return `did you mean "${guess}"?`;
  return names.length === 0 ? "there are none here." : `there are ${listing(names)}.`;
}

const MOST_LISTED = 30;

export function listing(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).join(", ");
  return names.length > MOST_LISTED ? `${shown} and ${names.length - MOST_LISTED} more` : shown;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}

/** `que` is one edit from `queue`: a beginning is as good as a slip of the finger. */
function apart(a: string, b: string, limit: number): number {
  if (a.length >= 3 && (b.startsWith(a) || a.startsWith(b))) return a === b ? 0 : 1;
  return Math.abs(a.length - b.length) > limit ? Number.POSITIVE_INFINITY : distance(a, b, limit);
}

/** Edit distance, or infinity as soon as it must be above the limit; two neighbours swapped count as one edit. */
function distance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      line.push(cheapest(a, b, row, column, { line, last, beforeLast }));
    }
    if (Math.min(...line) > limit) return Number.POSITIVE_INFINITY;
    [beforeLast, last] = [last, line];
  }
  return last[b.length] ?? Number.POSITIVE_INFINITY;
}

interface Rows {
  readonly line: readonly number[];
  readonly last: readonly number[];
  readonly beforeLast: readonly number[];
}

function cheapest(a: string, b: string, row: number, column: number, rows: Rows): number {
  const at = (line: readonly number[], place: number) => line[place] ?? Number.POSITIVE_INFINITY;
  const edit = Math.min(at(rows.last, column), at(rows.line, column - 1)) + 1;
  const kept = at(rows.last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
  const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
  return Math.min(edit, kept, isSwapped ? at(rows.beforeLast, column - 2) + 1 : edit);
}
