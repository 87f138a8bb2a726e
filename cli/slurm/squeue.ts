// What squeue says over what the API answers: which jobs, in which columns, in which order. Pure.
import { lineOf, namedPieces, type Piece, percentPieces } from "./columns.ts";
import { SlurmError } from "./fault.ts";
import { ME } from "./manner.ts";
import { type Given, lastOf, type Option } from "./option.ts";
import { accountOf, type JobRecord, partitionOf } from "./record.ts";
import { SQUEUE_LETTERS, SQUEUE_NAMES } from "./squeue-fields.ts";
import { type SlurmState, stateNamed } from "./state.ts";

const option = (long: string, short?: string, value: Option["value"] = "one"): Option => ({
  ...{ long, value, effect: "used" },
  ...(short !== undefined && { short }),
});
const refused = (long: string, short?: string, value: Option["value"] = "one"): Option => ({
  ...{ long, value, effect: "refused" },
  ...(short !== undefined && { short }),
});

export const SQUEUE_OPTIONS: readonly Option[] = [
  option("noheader", "h", "none"),
  option("format", "o"),
  option("Format", "O"),
  option("states", "t", "one"),
  option("user", "u"),
  option("users", undefined),
  option("me", undefined, "none"),
  option("jobs", "j", "one"),
  option("name", "n"),
  option("partition", "p"),
  option("account", "A"),
  option("array", "r", "none"),
  option("long", "l", "none"),
  option("all", "a", "none"),
  option("sort", "S"),
  option("help", undefined, "none"),
  option("usage", undefined, "none"),
  option("version", "V", "none"),
  option("start", undefined, "none"),
  option("clusters", "M"),
  refused("iterate", "i"),
  refused("json", undefined, "maybe"),
  refused("yaml", undefined, "maybe"),
  refused("steps", "s", "maybe"),
  refused("nodelist", "w"),
  refused("qos", "q"),
  refused("reservation", "R"),
  refused("licenses", "L"),
  refused("priority", "P", "none"),
  refused("federation", undefined, "none"),
];

/** What squeue shows by itself: nothing that has ended. */
const USUAL_STATES: readonly SlurmState[] = ["PENDING", "CONFIGURING", "RUNNING", "COMPLETING"];
const USUAL = "%.18i %.9P %.8j %.8u %.2t %.10M %.6D %R";
const LONG = "%.18i %.9P %.8j %.8u %.8T %.10M %.9l %.6D %R";

/** A list that is written with commas or blanks. */
export function listOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

/** Undefined: all of them. */
export function wantedStates(text: string | undefined): readonly SlurmState[] | undefined {
  if (text === undefined) return USUAL_STATES;
  const words = listOf(text);
  if (words.some((word) => word.toLowerCase() === "all")) return undefined;
  return words.flatMap((word) => {
    const state = stateNamed(word);
    if (state === undefined) throw new SlurmError([`Invalid job state specified: ${word}`]);
    return state === "never" ? [] : [state];
  });
}

/** `isMe` knows the caller under his name here and under that on his own machine. */
export function chosen(
  jobs: readonly JobRecord[],
  given: readonly Given[],
  isMe: (user: string) => boolean,
): JobRecord[] {
  const among = (long: string) => {
    const value = lastOf(given, long)?.value;
    return value === undefined ? undefined : listOf(value);
  };
  const states = wantedStates(lastOf(given, "states")?.value);
  const [names, partitions, accounts] = [among("name"), among("partition"), among("account")];
  const users = lastOf(given, "me") ? [ME] : (among("user") ?? among("users"));
  const isOf = ({ row }: JobRecord) =>
    users?.some((user) => row.user === user || (isMe(row.user) && isMe(user)));
  return jobs.filter(
    (job) =>
      (states?.includes(job.state) ?? true) &&
      (names?.includes(job.row.name) ?? true) &&
      (partitions?.includes(partitionOf(job)) ?? true) &&
      (accounts?.includes(accountOf(job)) ?? true) &&
      (isOf(job) ?? true),
  );
}

export function squeueLines(
  jobs: readonly JobRecord[],
  given: readonly Given[],
  now: number,
): string[] {
  const pieces = piecesOf(given);
  const sorted = sortedBy(jobs, lastOf(given, "sort")?.value, now);
  const lines = sorted.map((job) => lineOf(pieces, ({ of }) => of(job, now)));
  if (lastOf(given, "noheader") !== undefined) return lines;
  return [lineOf(pieces, ({ title }) => title), ...lines];
}

function piecesOf(given: readonly Given[]): Piece<JobRecord>[] {
  const last = given.findLast(({ option: { long } }) => long === "format" || long === "Format");
  if (last?.option.long === "Format") return namedPieces(last.value, SQUEUE_NAMES);
  const usual = lastOf(given, "long") === undefined ? USUAL : LONG;
  return percentPieces(last?.value ?? usual, SQUEUE_LETTERS);
}

/** `-S '-t,i'`; without it those that wait come first, as they were submitted. */
function sortedBy(
  jobs: readonly JobRecord[],
  text: string | undefined,
  now: number,
): readonly JobRecord[] {
  const keys = text === undefined ? [] : listOf(text).map((key) => sortKey(key, now));
  const usual = (a: JobRecord, b: JobRecord) => rank(a) - rank(b) || a.raw - b.raw;
  return jobs.toSorted((a, b) => keys.reduce((sum, key) => sum || key(a, b), 0) || usual(a, b));
}

const rank = ({ state }: JobRecord) => Number(state !== "PENDING");
const inOrder = new Intl.Collator("en", { numeric: true }).compare;

function sortKey(text: string, now: number): (a: JobRecord, b: JobRecord) => number {
  const [, sign = "", letter = ""] = /^([+-]?)(\w)$/.exec(text) ?? [];
  const field = SQUEUE_LETTERS[letter];
  if (field === undefined) throw new SlurmError([`sorting by ${text} is not supported by Zoe`]);
  const turn = sign === "-" ? -1 : 1;
  return (a, b) => turn * inOrder(field.of(a, now), field.of(b, now));
}
