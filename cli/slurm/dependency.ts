// `--dependency=afterok:12:13,afterany:14`, `singleton`: what a job waits for.

export type DependencyWhen = "ok" | "any" | "notOk";

export type Dependency =
  | { readonly kind: "after"; readonly when: DependencyWhen; readonly job: number }
  | { readonly kind: "singleton" };

const WHEN: Readonly<Record<string, DependencyWhen>> = {
  afterok: "ok",
  afterany: "any",
  afternotok: "notOk",
};

export type DependencyReading =
  | { readonly kind: "read"; readonly dependencies: readonly Dependency[] }
  /** `what`: not supported, or no dependency at all. */
  | { readonly kind: "unsupported" | "invalid"; readonly what: string };

export function dependenciesOf(text: string): DependencyReading {
  if (text.includes("?")) return { kind: "unsupported", what: "`?` (any of several)" };
  const dependencies: Dependency[] = [];
  for (const part of text.split(",")) {
    const reading = partOf(part);
    if (reading.kind !== "read") return reading;
    dependencies.push(...reading.dependencies);
  }
  return { kind: "read", dependencies };
}

function partOf(part: string): DependencyReading {
  const [type = "", ...jobs] = part.split(":");
  if (part === "singleton") return { kind: "read", dependencies: [{ kind: "singleton" }] };
  const when = WHEN[type];
  if (when === undefined) return unknownType(type, part);
  const single = jobs.find((job) => /^\d+_\d+$/.test(job));
  if (single !== undefined) return { kind: "unsupported", what: `${single} (a single task)` };
  if (jobs.length === 0 || jobs.some((job) => !/^\d+$/.test(job)))
    return { kind: "invalid", what: part };
  const dependencies = jobs.map((job) => ({ kind: "after", when, job: Number(job) }) as const);
  return { kind: "read", dependencies };
}

function unknownType(type: string, part: string): DependencyReading {
  const isSlurms = /^(after|aftercorr|afterburstbuffer|expand)$/.test(type);
  return isSlurms ? { kind: "unsupported", what: type } : { kind: "invalid", what: part };
}
