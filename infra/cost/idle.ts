// The idle bill: every resource of the template by its rule, and what run time leaves behind.
import { catalogueImages } from "#infra/images.ts";
import type { Item } from "./prices.ts";
import { type Resource, RULES } from "./rules.ts";

export interface TemplateJson {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface IdleBill {
  readonly items: readonly Item[];
  /** Types that cost nothing while idle, with how many there are and why. */
  readonly free: readonly { readonly type: string; readonly count: number; readonly why: string }[];
}

/** Throws at a type that has no rule. */
export function idleBill({ Resources }: TemplateJson): IdleBill {
  const resources = Object.entries(Resources);
  const unknown = [...new Set(resources.map(([, { Type }]) => Type))].filter(
    (type) => RULES[type] === undefined,
  );
  if (unknown.length > 0)
    throw new Error(
      `Wanted a price rule for every type of resource; there is none for ${unknown.join(", ")}: add it to infra/cost/rules.ts.`,
    );
  const items = resources.flatMap(([id, resource]) => {
    const rule = RULES[resource.Type];
    return typeof rule === "function" ? rule(id, resource) : [];
  });
  return { items: [...items, ...leftByRunTime()], free: freeOf(resources) };
}

function freeOf(resources: readonly (readonly [string, Resource])[]): IdleBill["free"] {
  const types = [...new Set(resources.map(([, { Type }]) => Type))].sort();
  return types.flatMap((type) => {
    const rule = RULES[type];
    const ofType = resources.filter(([, { Type }]) => Type === type);
    const isFree = typeof rule === "string" || ofType.every((of) => rule?.(...of).length === 0);
    const why = typeof rule === "string" ? rule : "as it is set up here, paid by use alone";
    return isFree ? [{ type, why, count: ofType.length }] : [];
  });
}

/** Layers that an image has for itself, and those that all share, compressed. Estimated from the Dockerfiles; a registry keeps a layer once. */
const SHARED_LAYERS_GB = 0.08;
const OWN_LAYERS_GB = 0.03;
/** Those with a toolchain or a runtime of their own. */
const LARGE_OWN_GB: Readonly<Record<string, number>> = {
  openmpi: 0.15,
  spark: 0.6,
  jupyter: 0.5,
};

/** What functions make beside the template, of which this much costs nothing while idle. */
export const FREE_AT_RUN_TIME =
  "task roles, definitions, security groups, log streams; task queues, which nobody asks while nothing runs. A secret is 0.40 USD a month";

function leftByRunTime(): readonly Item[] {
  const names = ["sidecar", ...catalogueImages().map(({ name }) => name)];
  const own = names.reduce((sum, name) => sum + (LARGE_OWN_GB[name] ?? OWN_LAYERS_GB), 0);
  return [
    {
      what: "Images in the registry",
      quantity: SHARED_LAYERS_GB + own,
      price: "imageStorage",
      because: `${names.length} images, their common layers once`,
    },
    {
      what: "Log lines kept",
      quantity: 0.05,
      price: "logStorage",
      because: "a month of the sweep's lines and some of programs",
    },
  ];
}
