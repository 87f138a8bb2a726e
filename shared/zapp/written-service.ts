// A service as people write it, one form for each way to run. expand.ts makes of it what service.ts describes.
import * as z from "zod";
import { hasTemplate } from "#shared/template.ts";
import { type Leaves, saying, wantedGot } from "./leaf.ts";
import { LIMITS } from "./limits.ts";
import { PARAMETER_NAME, PARAMETER_NAME_WANTED } from "./names.ts";
import { RUN_KINDS } from "./service.ts";
import { byKind, list, named, strict } from "./strict.ts";
import {
  command,
  data,
  environment,
  health,
  literalName,
  need,
  port,
  resources,
  retry,
  secrets,
} from "./written-parts.ts";

/** What every service may say, and `defaults:` for all of them. */
export function sharedFields(l: Leaves) {
  return {
    image: l.text("the name of an image", LIMITS.line).optional(),
    program: l.text("a folder of the zapp", LIMITS.line).optional(),
    framework: l.reference("a framework").optional(),
    command: command(l).optional(),
    script: z.string(saying("a shell script")).min(1, saying("a shell script")).optional(),
    environment: environment(l).optional(),
    secrets: secrets(l).optional(),
    resources: resources(l).optional(),
    capacity: l.choice("a class of capacity", ["spot", "on-demand", "filler"]).optional(),
    ...data(l),
    needs: list("rights", need(l), LIMITS.entries).optional(),
    retry: retry(l).optional(),
    maxTime: l.duration(1).optional(),
    pull: l.choice("which image is run", ["newest", "pinned"]).optional(),
    checkpoint: strict("a checkpoint", {
      path: l.text("the path of what is kept", LIMITS.line),
      every: l.duration(1),
    }).optional(),
  };
}

const instances = { min: 1, max: LIMITS.instances };

function ownFields(l: Leaves) {
  return {
    once: {},
    array: {
      count: l.whole("a number of copies", instances).optional(),
      sweep: sweep(l).optional(),
      atOnce: l.whole("how many run at once", instances).optional(),
      label: l.text("a label", LIMITS.line).optional(),
      tolerate: tolerate(l).optional(),
    },
    gang: {
      nodes: z.union([l.whole("auto or a number of nodes", instances), z.literal("auto")], {
        error: (issue) => wantedGot("auto or a number of nodes", issue.input),
      }),
      ranks: l.whole("a number of ranks in all", { min: 1 }).optional(),
      ranksPerNode: l.whole("a number of ranks of each node", { min: 1 }).optional(),
      startWithin: l.duration(1).optional(),
      onLostNode: l.choice("what to do when a node is lost", ["restart", "fail"]).optional(),
      prepare: command(l).optional(),
      finish: command(l).optional(),
    },
    worker: {
      queue: l.reference("a queue"),
      count: strict("the count of workers", {
        min: l.whole("the fewest workers", { max: LIMITS.instances }).optional(),
        max: l.whole("the most workers", instances),
      }),
      backlogPerWorker: l
        .whole("how many waiting tasks make one more worker", { min: 1 })
        .optional(),
      idle: l.duration().optional(),
      maxTasks: l.whole("how many tasks one worker takes", { min: 1 }).optional(),
      retireAfter: l.duration(1).optional(),
      shareMax: strict("a shared maximum", {
        group: l.reference("a group"),
        max: l.whole("the most workers of the group", instances),
      }).optional(),
    },
    forever: {
      count: strict("the count of copies", {
        essential: l
          .whole("how many are started together or not at all", { max: LIMITS.instances })
          .optional(),
        total: l.whole("how many there are in all", instances),
      }).optional(),
      health: health(l).optional(),
      ports: list("ports", port(l), LIMITS.entries).optional(),
    },
  };
}

export function service(l: Leaves) {
  const own = ownFields(l);
  const common = {
    name: literalName(),
    ...sharedFields(l),
    after: list("names of services", l.reference("a service"), LIMITS.services).optional(),
  };
  const form = <Run extends keyof typeof own, Own extends z.ZodRawShape>(run: Run, fields: Own) =>
    strict(
      `a service with run: ${run}`,
      { ...common, run: z.literal(run), ...fields },
      belonging(own, run),
    );
  return z.discriminatedUnion(
    "run",
    [
      form("once", own.once),
      form("array", own.array),
      form("gang", own.gang),
      form("worker", own.worker),
      form("forever", own.forever),
    ],
    { error: (issue) => whyNoService(issue.input) },
  );
}

function whyNoService(came: unknown): string {
  if (typeof came !== "object" || came === null) return wantedGot("a service, an object", came);
  const run = "run" in came ? came.run : undefined;
  return wantedGot(`how the service runs: ${RUN_KINDS.join(", ")}`, run);
}

/** For each field of another way to run: where it belongs. */
function belonging(own: Readonly<Record<string, object>>, run: string): Record<string, string> {
  const places = Object.entries(own)
    .filter(([kind]) => kind !== run)
    .flatMap(([kind, fields]) => Object.keys(fields).map((field) => [field, kind] as const));
  const kindsOf = Map.groupBy(places, ([field]) => field);
  return Object.fromEntries(
    [...kindsOf].map(([field, found]) => {
      const kinds = found.map(([, kind]) => kind).join(" or ");
      return [field, `it belongs to run: ${kinds}.`];
    }),
  );
}

/** Lists by axis, or a list of points; check/sweeps.ts looks inside, where each fault has its own place. */
function sweep(l: Leaves) {
  const wanted = "a sweep: lists by name, or a list of objects";
  const axis = { pattern: PARAMETER_NAME, wanted: PARAMETER_NAME_WANTED };
  const values = z.union([z.array(z.unknown()), z.string()], saying("a list of values"));
  const forms = {
    object: named("lists by name", axis, values, LIMITS.axes) as z.ZodType<Record<string, unknown>>,
    list: list("points", z.unknown(), LIMITS.listItems, 1) as z.ZodType<unknown[]>,
  };
  if (l.mode === "filled")
    return byKind<string | unknown[] | Record<string, unknown>>(wanted, forms);
  const template = z.string().refine(hasTemplate, saying(wanted));
  return byKind<string | unknown[] | Record<string, unknown>>(wanted, { ...forms, text: template });
}

function tolerate(l: Leaves) {
  const wanted = "how many children may fail, such as 2 or 5%";
  const percent = /^(100|\d{1,2}(\.\d+)?)%$/;
  const number = z.int(saying(wanted)).min(0, saying(wanted)).max(LIMITS.instances, saying(wanted));
  return byKind<number | string>(wanted, { number, text: l.pattern(wanted, percent) });
}
