// What sacct says over what the API answers: which jobs and steps, in which columns. Pure.
import { marked, type Piece, sacctPieces } from "./columns.ts";
import { SlurmError } from "./fault.ts";
import { ME } from "./manner.ts";
import { type Given, lastOf, type Option } from "./option.ts";
import { accountOf, type JobRecord, partitionOf } from "./record.ts";
import { SACCT_FIELDS, SACCT_WIDTHS, type SacctRow } from "./sacct-fields.ts";
import { listOf } from "./squeue.ts";
import { stateNamed } from "./state.ts";
import { pointOf } from "./time.ts";

const option = (long: string, short?: string, value: Option["value"] = "one"): Option => ({
  ...{ long, value, effect: "used" },
  ...(short !== undefined && { short }),
});
const refused = (long: string, short?: string, value: Option["value"] = "one"): Option => ({
  ...{ long, value, effect: "refused" },
  ...(short !== undefined && { short }),
});

export const SACCT_OPTIONS: readonly Option[] = [
  option("jobs", "j"),
  option("format", "o"),
  option("brief", "b", "none"),
  option("long", "l", "none"),
  option("noheader", "n", "none"),
  option("parsable", "p", "none"),
  option("parsable2", "P", "none"),
  option("delimiter"),
  option("allocations", "X", "none"),
  option("starttime", "S"),
  option("endtime", "E"),
  option("state", "s"),
  option("user", "u"),
  option("uid"),
  option("allusers", "a", "none"),
  option("name"),
  option("partition", "r"),
  option("accounts", "A"),
  option("array", undefined, "none"),
  option("units"),
  option("noconvert", undefined, "none"),
  option("duplicates", "D", "none"),
  option("helpformat", "e", "none"),
  option("help", "h", "none"),
  option("usage", undefined, "none"),
  option("version", "V", "none"),
  option("clusters", "M"),
  option("cluster"),
  option("allclusters", "L", "none"),
  option("local", undefined, "none"),
  option("truncate", "T", "none"),
  refused("json", undefined, "maybe"),
  refused("yaml", undefined, "maybe"),
  refused("batch-script", "B", "none"),
  refused("env-vars", undefined, "none"),
  refused("completion", "c", "none"),
  refused("constraints", "C"),
  refused("file", "f"),
  refused("gid", "g"),
  refused("group"),
  refused("ncpus", "i"),
  refused("nnodes", "I"),
  refused("nodelist", "N"),
  refused("qos", "q"),
  refused("reason", "R"),
  refused("timelimit-max", "K"),
  refused("timelimit-min", "k"),
  refused("wckeys", "W"),
  refused("whole-hetjob"),
];

const USUAL = "JobID,JobName,Partition,Account,AllocCPUS,State,ExitCode";
const BRIEF = "JobID,State,ExitCode";
const LONG =
  "JobID,JobIDRaw,JobName,Partition,AveRSS,MaxRSS,AveCPU,NTasks,AllocCPUS,Elapsed,State,ExitCode,ReqMem,AllocTRES";

export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Of today, unless jobs are named or another time is. */
export function periodOf(given: readonly Given[], now: number): Period | undefined {
  const [start, end] = [lastOf(given, "starttime")?.value, lastOf(given, "endtime")?.value];
  if (start === undefined && end === undefined && lastOf(given, "jobs") !== undefined)
    return undefined;
  const midnight = pointOf("today", now) ?? now;
  return { from: at(start, midnight, now), to: at(end, now, now) };
}

function at(text: string | undefined, usual: number, now: number): number {
  if (text === undefined) return usual;
  const point = pointOf(text, now);
  if (point === undefined) throw new SlurmError([`Invalid time specification (pos=0): ${text}`]);
  return point;
}

/** Whoever lived in that time: submitted before its end, and not over before its beginning. */
export function isWithin({ row, endedAt = Infinity }: JobRecord, { from, to }: Period): boolean {
  return row.createdAt <= to && endedAt >= from;
}

export function accounted(
  jobs: readonly JobRecord[],
  given: readonly Given[],
  isMe: (user: string) => boolean,
  now: number,
): JobRecord[] {
  const among = (long: string) => {
    const value = lastOf(given, long)?.value;
    return value === undefined ? undefined : listOf(value);
  };
  const period = periodOf(given, now);
  const states = among("state")?.map((word) => {
    const state = stateNamed(word);
    if (state === undefined) throw new SlurmError([`Invalid state: ${word}`]);
    return state;
  });
  const [names, partitions, accounts] = [among("name"), among("partition"), among("accounts")];
  const users = usersOf(given, among("user") ?? among("uid"));
  return jobs.filter(
    (job) =>
      (period === undefined || isWithin(job, period)) &&
      (states?.includes(job.state) ?? true) &&
      (names?.includes(job.row.name) ?? true) &&
      (partitions?.includes(partitionOf(job)) ?? true) &&
      (accounts?.includes(accountOf(job)) ?? true) &&
      (users?.some((user) => job.row.user === user || (isMe(job.row.user) && isMe(user))) ?? true),
  );
}

/** One's own, unless jobs are named, or others. */
function usersOf(given: readonly Given[], named: string[] | undefined): string[] | undefined {
  if (lastOf(given, "allusers") !== undefined) return undefined;
  return named ?? (lastOf(given, "jobs") === undefined ? [ME] : undefined);
}

export function sacctLines(
  jobs: readonly JobRecord[],
  given: readonly Given[],
  now: number,
): string[] {
  const pieces = sacctPieces(formatOf(given), SACCT_FIELDS, SACCT_WIDTHS);
  const unit = lastOf(given, "units")?.value.toUpperCase();
  const isWhole = lastOf(given, "allocations") !== undefined;
  const rows = jobs.flatMap((job): SacctRow[] => {
    const about = { job, ...(unit !== undefined && { unit }) };
    const hasStep = !isWhole && job.startedAt !== undefined;
    return hasStep ? [about, { ...about, step: "batch" }] : [about];
  });
  const write = writerOf(given);
  const lines = rows.map((row) => write(pieces, (field) => field.of(row, now)));
  if (lastOf(given, "noheader") !== undefined) return lines;
  const isTable = write === tableLine;
  const rule = isTable ? [write(pieces, () => "-".repeat(200)).replaceAll("+", "-")] : [];
  return [write(pieces, ({ title }) => title), ...rule, ...lines];
}

function formatOf(given: readonly Given[]): string {
  if (lastOf(given, "brief") !== undefined) return BRIEF;
  if (lastOf(given, "long") !== undefined) return LONG;
  return lastOf(given, "format")?.value ?? USUAL;
}

type Write = typeof tableLine;

function writerOf(given: readonly Given[]): Write {
  const isOpen = lastOf(given, "parsable2") !== undefined;
  if (!isOpen && lastOf(given, "parsable") === undefined) return tableLine;
  const delimiter = lastOf(given, "delimiter")?.value ?? "|";
  return (pieces, show) => {
    const values = pieces.flatMap((piece) => (piece.kind === "field" ? [show(piece.field)] : []));
    return values.join(delimiter) + (isOpen ? "" : delimiter);
  };
}

function tableLine(
  pieces: readonly Piece<SacctRow>[],
  show: (field: { title: string; of: (row: SacctRow, now: number) => string }) => string,
): string {
  const parts = pieces.flatMap((piece) =>
    piece.kind === "field" ? [marked(show(piece.field), piece.width ?? 10, piece.isRight)] : [],
  );
  return `${parts.join(" ")} `;
}

export function fieldList(): string[] {
  const names = Object.keys(SACCT_FIELDS).sort();
  const lines: string[] = [];
  for (let first = 0; first < names.length; first += 4)
    lines.push(
      names
        .slice(first, first + 4)
        .map((name) => name.padEnd(19))
        .join(" ")
        .trimEnd(),
    );
  return lines;
}
