// Turns a submission into what will run, or into all that is wrong with it: the zapp found, its parameters checked, templates expanded, engines asked.
import { type Fault, VisibleError, within } from "#shared/fault.ts";
import { matchesImage } from "#shared/image.ts";
import type { Capabilities } from "#shared/pool.ts";
import type { Principal } from "#shared/principal.ts";
import type { Submission } from "#shared/submission.ts";
import { unsupportedBy } from "#shared/unsupported.ts";
import { type Expanded, expandZapp } from "#shared/zapp/expand.ts";
import { checkParameters } from "#shared/zapp/parameters.ts";
import { validateZapp } from "#shared/zapp/validate.ts";
import type { WrittenZapp } from "#shared/zapp/written.ts";
import type { ParameterValue, Zapp } from "#shared/zapp.ts";
import { findZapp } from "./catalogue.ts";
import type { Spec } from "./records.ts";
import { asksOf, backendFor } from "./scheduler/asks.ts";
import { whyNever } from "./scheduler/never.ts";
import type { World } from "./world.ts";

export interface Prepared {
  readonly spec: Spec;
  /** The engine that runs its first service. */
  readonly engine: string;
  readonly warnings: readonly Fault[];
  /** Values of secret parameters: kept apart from all that is stored. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A description as it was found or sent, valid as far as it can be without parameters. */
interface Found {
  readonly zapp: WrittenZapp;
  readonly warnings: readonly Fault[];
  readonly source: Spec["source"];
  /** It came with Zoe. */
  readonly isBuiltIn: boolean;
  readonly programRoot?: string;
}

/** Throws `VisibleError` with every fault; pointers refer to the submission. */
export async function prepare(
  world: World,
  principal: Principal,
  submission: Submission,
  executionId: string,
  number?: number,
): Promise<Prepared> {
  const found = await find(world, principal, submission);
  const { faults, values, secrets } = checkParameters(found.zapp, submission.parameters);
  if (faults.length > 0) throw invalid("The parameters do not fit the zapp", faults);
  const expanded = expandOnce(found.zapp, values, () =>
    expandZapp(found.zapp, {
      parameters: values,
      execution: {
        ...{ id: executionId, name: submission.name ?? found.zapp.name },
        ...(number !== undefined && { number }),
      },
      user: { name: principal.user },
      tenant: { name: principal.tenant },
    }),
  );
  if (expanded.zapp === undefined) {
    const where = found.source === "description" ? "/description" : "/zapp";
    throw invalid("With these parameters the zapp is not valid", within(where, expanded.faults));
  }
  const engine = engineFor(world, principal, expanded.zapp, found);
  const root = found.programRoot;
  const spec: Spec = {
    ...{ zapp: expanded.zapp, tenant: principal.tenant },
    ...{ source: found.source, parameters: values },
    ...(root !== undefined && { programRoot: root }),
  };
  return { spec, engine, warnings: found.warnings, secrets };
}

async function find(world: World, { tenant }: Principal, submission: Submission): Promise<Found> {
  if (submission.zapp === undefined) return validated(world, submission.description);
  const entry = await findZapp(world, tenant, submission.zapp);
  if (entry === undefined) {
    const detail = `There is no zapp ${JSON.stringify(submission.zapp)} in your catalogue: see GET /v1/zapps, or send a whole description.`;
    throw new VisibleError("invalid", detail, [{ pointer: "/zapp", detail }]);
  }
  const source = { name: entry.name, version: entry.version };
  const root = entry.programRoot;
  const isBuiltIn = entry.source === "builtIn";
  return {
    ...knownZapp(entry),
    source,
    isBuiltIn,
    ...(root !== undefined && { programRoot: root }),
  };
}

function validated({ frameworks }: World, description: unknown): Found {
  const { zapp, faults, warnings } = validateZapp(description, frameworks);
  if (zapp === undefined)
    throw invalid("The description is not valid", within("/description", faults));
  return {
    ...{ zapp, warnings: within("/description", warnings) },
    ...{ source: "description", isBuiltIn: false },
  };
}

/** Catalogue entries by version: what was validated once is valid for ever. */
const known = new Map<string, Pick<Found, "zapp" | "warnings">>();
const MOST_KNOWN = 1000;
/** Of a zapp that names no execution, user or tenant: they are the same for all, by its parameters. */
const expansionsOf = new WeakMap<WrittenZapp, Map<string, Expanded>>();
/** Kept of one zapp, and the longest parameters that are worth it. */
const MOST_EXPANSIONS = 100;
const LONGEST_KEPT = 2000;
const PERSONAL = /\$\{(execution|user|tenant)\./;

function expandOnce(
  zapp: WrittenZapp,
  values: Readonly<Record<string, ParameterValue>>,
  expand: () => Expanded,
): Expanded {
  const key = JSON.stringify(values);
  const expansions = expansionsOf.get(zapp) ?? new Map<string, Expanded>();
  const before = expansions.get(key);
  if (before !== undefined) return before;
  const expanded = expand();
  if (key.length <= LONGEST_KEPT && !PERSONAL.test(JSON.stringify(zapp))) {
    if (expansions.size >= MOST_EXPANSIONS) expansions.clear();
    expansionsOf.set(zapp, expansions.set(key, expanded));
  }
  return expanded;
}

function knownZapp({
  name,
  version,
  document,
}: {
  name: string;
  version: string;
  document: unknown;
}) {
  const key = `${name}@${version}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const { zapp, faults } = validateZapp(document);
  if (zapp === undefined)
    throw invalid(`Zapp ${name} of the catalogue is not valid`, within("/zapp", faults));
  if (known.size >= MOST_KNOWN) known.clear();
  const entry = { zapp, warnings: [] };
  known.set(key, entry);
  return entry;
}

function invalid(what: string, faults: readonly Fault[]): VisibleError {
  const [first, ...rest] = faults;
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : "";
  return new VisibleError(
    "invalid",
    `${what}: ${first?.detail ?? "see the faults."}${more}`,
    faults,
  );
}

/** Every service must fit some backend, in kind, in fields and in size; what does not is told by field and engine. */
function engineFor(
  world: World,
  principal: Principal,
  zapp: Zapp,
  { source, isBuiltIn }: Found,
): string {
  const where = source === "description" ? "/description" : "/zapp";
  const engines = world.backends.map(({ capabilities }) => capabilities);
  const lists = engines.map((capabilities) => unsupportedBy(zapp, capabilities));
  const fewest = lists.sort((a, b) => a.length - b.length)[0] ?? [];
  const large = fewest.length > 0 ? fewest : tooLarge(world, zapp, engines);
  const faults = large.length > 0 ? large : neverTogether(world, zapp);
  if (faults.length > 0) {
    const text = faults[0]?.detail ?? "No engine can run it.";
    throw new VisibleError("unsupported", text, within(where, faults));
  }
  const backend = zapp.services[0] && backendFor(world.backends, zapp.services[0]);
  if (backend === undefined) throw new VisibleError("unsupported", "No engine can run it.");
  if (source === "description") checkAdHoc(principal, backend.capabilities);
  if (!isBuiltIn) checkImages(principal, zapp, backend.capabilities);
  return backend.capabilities.engine;
}

function tooLarge(world: World, zapp: Zapp, engines: readonly Capabilities[]): Fault[] {
  return zapp.services.flatMap((service, position) => {
    if (backendFor(world.backends, service) !== undefined) return [];
    const { cpu, memoryMib, gpu } = service.resources;
    const sizes = engines.map(({ engine, largest }) => `${engine}: ${sizeOf(largest)}`).join("; ");
    const detail = `One instance of ${service.name} asks for ${sizeOf({ cpu, memoryMib, gpu })}, more than any engine here can ever hold (${sizes}). Ask for less.`;
    return [{ pointer: `/services/${position}/resources`, detail }];
  });
}

/** It would be accepted, and wait for ever. */
function neverTogether({ backends }: World, zapp: Zapp): Fault[] {
  const pools = backends.map(({ name, capabilities: { capacity } }) => ({ name, capacity }));
  const detail = whyNever(asksOf(zapp, backends, new Map()), pools);
  return detail === undefined ? [] : [{ pointer: "/services", detail }];
}

/** What did not come with Zoe runs images from where the administrator lets them be from. */
function checkImages({ role }: Principal, zapp: Zapp, { images, engine }: Capabilities): void {
  if (images === undefined || role === "administrator") return;
  const foreign = zapp.services.find(
    ({ image }) => image !== undefined && !images.some((pattern) => matchesImage(pattern, image)),
  );
  if (foreign === undefined) return;
  const allowed = images.length === 0 ? "none" : images.join(", ");
  const text = `The image ${foreign.image} of "${foreign.name}" is not from where the ${engine} engine here takes images (${allowed}). Take one of those, or ask the administrator to add it to --images.`;
  throw new VisibleError("forbidden", text);
}

function sizeOf({ cpu, memoryMib, gpu }: { cpu: number; memoryMib: number; gpu: number }): string {
  return `${cpu} vCPU, ${memoryMib} MiB${gpu > 0 ? `, ${gpu} GPU` : ""}`;
}

/** The process engine is no sandbox: what is not from the catalogue runs there only for an administrator. */
function checkAdHoc({ role }: Principal, { catalogueOnly, engine }: Capabilities): void {
  if (!catalogueOnly || role === "administrator") return;
  throw new VisibleError(
    "forbidden",
    `The ${engine} engine has no sandbox: descriptions of one's own run there only for an administrator. Submit a zapp of the catalogue by name, or ask for yours to be installed.`,
  );
}
