// What sinfo says over what Zoe tells of its engines: each is a partition of one node, the first the usual one. Pure.
import type { Info } from "#shared/api/info.ts";
import { type Fields, lineOf, percentPieces } from "./columns.ts";
import { type Given, lastOf, type Option } from "./option.ts";
import { listOf } from "./squeue.ts";

const option = (long: string, short?: string, value: Option["value"] = "one"): Option => ({
  ...{ long, value, effect: "used" },
  ...(short !== undefined && { short }),
});
const refused = (long: string, short?: string, value: Option["value"] = "one"): Option => ({
  ...{ long, value, effect: "refused" },
  ...(short !== undefined && { short }),
});

export const SINFO_OPTIONS: readonly Option[] = [
  option("noheader", "h", "none"),
  option("format", "o"),
  option("partition", "p"),
  option("all", "a", "none"),
  option("Node", "N", "none"),
  option("exact", "e", "none"),
  option("help", undefined, "none"),
  option("usage", undefined, "none"),
  option("version", "V", "none"),
  option("clusters", "M"),
  refused("Format", "O"),
  refused("long", "l", "none"),
  refused("list-reasons", "R", "none"),
  refused("summarize", "s", "none"),
  refused("states", "t"),
  refused("nodes", "n"),
  refused("dead", "d", "none"),
  refused("responding", "r", "none"),
  refused("sort", "S"),
  refused("iterate", "i"),
  refused("reservation", "T", "none"),
  refused("json", undefined, "maybe"),
];

interface Partition {
  readonly engine: Info["engines"][number];
  readonly isUsual: boolean;
}

const name = ({ engine }: Partition) => engine.name;

const FIELDS: Fields<Partition> = {
  P: { title: "PARTITION", of: (one) => `${name(one)}${one.isUsual ? "*" : ""}` },
  R: { title: "PARTITION", of: name },
  a: { title: "AVAIL", of: () => "up" },
  l: { title: "TIMELIMIT", of: () => "infinite" },
  L: { title: "DEFAULTTIME", of: () => "n/a" },
  D: { title: "NODES", of: () => "1" },
  t: { title: "STATE", of: () => "idle" },
  T: { title: "STATE", of: () => "idle" },
  N: { title: "NODELIST", of: name },
  n: { title: "HOSTNAMES", of: name },
  c: { title: "CPUS", of: ({ engine }) => String(Math.floor(engine.capacity.cpu)) },
  m: { title: "MEMORY", of: ({ engine }) => String(Math.floor(engine.capacity.memoryMib)) },
  G: {
    title: "GRES",
    of: ({ engine }) => (engine.capacity.gpu > 0 ? `gpu:${engine.capacity.gpu}` : "(null)"),
  },
  f: { title: "AVAIL_FEATURES", of: () => "(null)" },
};

const USUAL = "%9P %5a %10l %6D %6t %N";
const BY_NODE = "%10N %6D %9P %6t";

export function sinfoLines({ engines }: Info, given: readonly Given[]): string[] {
  const usual = lastOf(given, "Node") === undefined ? USUAL : BY_NODE;
  const pieces = percentPieces(lastOf(given, "format")?.value ?? usual, FIELDS);
  const wanted = lastOf(given, "partition")?.value;
  const names = wanted === undefined ? undefined : listOf(wanted);
  const rows = engines
    .map((engine, at) => ({ engine, isUsual: at === 0 }))
    .filter(({ engine }) => names?.includes(engine.name) ?? true);
  const lines = rows.map((row) => lineOf(pieces, ({ of }) => of(row, 0)));
  if (lastOf(given, "noheader") !== undefined) return lines;
  return [lineOf(pieces, ({ title }) => title), ...lines];
}
