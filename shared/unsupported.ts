// What an engine cannot run: named by field and engine before anything is stored, never ignored. A new ability is one line in the table.
import { type Fault, under } from "./fault.ts";
import type { Capabilities } from "./pool.ts";
import { addressesWanted } from "./zapp/instance.ts";
import { DEFAULT_RETRY } from "./zapp/normalise-service.ts";
import type { Service } from "./zapp/service.ts";
import { type Sketch, sketchOf } from "./zapp/sketch.ts";
import type { Zapp } from "./zapp.ts";

/** What the engine must be able to do for a field, by name; a backend lists its own in `capabilities.features`. */
export type Feature =
  | keyof typeof SERVICE_FIELDS
  | keyof typeof ZAPP_FIELDS
  | "images"
  | "programs";

interface Field<Subject> {
  /** Where it is written, below the service or the zapp. */
  readonly pathOf: (subject: Subject) => string;
  readonly isUsed: (subject: Subject) => boolean;
  /** As in "The process engine has no ...". */
  readonly noun: string;
}

const field = <Subject>(
  path: string | ((subject: Subject) => string),
  noun: string,
  isUsed: (subject: Subject) => boolean,
): Field<Subject> => ({ pathOf: typeof path === "string" ? () => path : path, noun, isUsed });

const SERVICE_FIELDS = {
  inputs: field<Service>("inputs", "staging of inputs", ({ inputs }) => inputs.length > 0),
  outputs: field<Service>("outputs", "keeping of outputs", ({ outputs }) => outputs.length > 0),
  remoteOutputs: field<Service>(
    "outputs",
    "outputs sent elsewhere than to `results`",
    ({ outputs }) => outputs.some(({ to }) => to !== "results"),
  ),
  files: field<Service>(
    "files",
    "files from the description",
    ({ files }) => Object.keys(files).length > 0,
  ),
  secrets: field<Service>("secrets", "secrets", ({ secrets }) => Object.keys(secrets).length > 0),
  retry: field<Service>(
    "retry",
    "retries of one's own choice",
    ({ retry }) => JSON.stringify(retry) !== JSON.stringify(DEFAULT_RETRY),
  ),
  after: field<Service>("after", "order between services", ({ after }) => after.length > 0),
  addresses: field<Service>(
    (service) => addressesWanted(service)[0]?.field ?? "after",
    "addresses of other services",
    (service) => addressesWanted(service).length > 0,
  ),
  maxTime: field<Service>(
    "maxTime",
    "time limits",
    ({ maxTimeSeconds }) => maxTimeSeconds !== undefined,
  ),
  pull: field<Service>("pull", "newest versions", ({ pull }) => pull === "newest"),
  volumes: field<Service>("volumes", "volumes", ({ volumes }) => volumes.length > 0),
  needs: field<Service>("needs", "rights of a zapp's own", ({ needs }) => needs.length > 0),
  checkpoint: field<Service>(
    "checkpoint",
    "checkpoints",
    ({ checkpoint }) => checkpoint !== undefined,
  ),
  framework: field<Service>("framework", "frameworks", ({ framework }) => framework !== undefined),
  filler: field<Service>("capacity", "filler capacity", ({ capacity }) => capacity === "filler"),
  gpu: field<Service>("resources.gpu", "GPUs", ({ resources }) => resources.gpu > 0),
  disk: field<Service>(
    "resources.disk",
    "disk space of a chosen size",
    ({ resources }) => resources.diskMib !== undefined,
  ),
  sharedMemory: field<Service>(
    "resources.sharedMemory",
    "shared memory of a chosen size",
    ({ resources }) => resources.sharedMemoryMib !== undefined,
  ),
  health: field<Service>(
    "health",
    "health checks",
    (service) => service.run === "forever" && service.health !== undefined,
  ),
  ports: field<Service>(
    "ports",
    "ports",
    (service) => service.run === "forever" && service.ports.length > 0,
  ),
  nodesAuto: field<Service>(
    "nodes",
    "plan that chooses the number of nodes",
    (service) => service.run === "gang" && service.nodes === "auto",
  ),
};

const ZAPP_FIELDS = {
  routes: field<Zapp>("routes", "routes between queues", ({ routes }) => routes.length > 0),
  uses: field<Zapp>("uses", "frameworks", ({ uses }) => Object.keys(uses).length > 0),
  idle: field<Zapp>(
    "idle",
    "sessions that end when nobody uses them",
    ({ idle }) => idle !== undefined,
  ),
  costModel: field<Zapp>(
    "costModel",
    "sizing by a cost model",
    ({ costModel }) => costModel !== undefined,
  ),
};

type Engine = Pick<Capabilities, "engine" | "runs" | "features">;

/** Pointers into the description; with the document as it was written, those of `defaults` point there. */
export function unsupportedBy(zapp: Zapp, engine: Engine, written?: unknown): Fault[] {
  const sketch = sketchOf(written);
  return [
    ...missing(ZAPP_FIELDS, zapp, engine).map(({ path, detail }) => ({
      pointer: under("", ...path),
      detail,
    })),
    ...zapp.services.flatMap((service, index) =>
      unsupportedService(service, index, engine, sketch),
    ),
  ];
}

function unsupportedService(
  service: Service,
  index: number,
  engine: Engine,
  sketch: Sketch,
): Fault[] {
  const at = (path: readonly string[]) =>
    sketch.services[index]?.at(...path) ?? under("/services", index, ...path);
  const kind = engine.runs.includes(service.run)
    ? []
    : [
        {
          path: ["run"],
          detail: `The ${engine.engine} engine can't run "${service.name}": it runs ${engine.runs.join(", ")}, and this is ${service.run}.`,
        },
      ];
  const faults = [
    ...kind,
    ...withoutForm(service, engine),
    ...missing(SERVICE_FIELDS, service, engine),
  ];
  return faults.map(({ path, detail }) => ({ pointer: at(path), detail }));
}

interface Missing {
  readonly path: readonly string[];
  readonly detail: string;
}

function missing<Subject>(
  fields: Readonly<Record<string, Field<Subject>>>,
  subject: Subject,
  engine: Engine,
): Missing[] {
  const unable = Object.entries(fields).filter(
    ([feature, { isUsed }]) => !engine.features.includes(feature) && isUsed(subject),
  );
  return unable.map(([, { pathOf, noun }]) => {
    const path = pathOf(subject);
    const detail = `The ${engine.engine} engine has no ${noun}: change \`${path}\`, or run it where there is.`;
    return { path: path.split("."), detail };
  });
}

/** An engine runs images, or programs from the zapp's folder, or both; a service may offer both. */
function withoutForm({ name, image, program, framework }: Service, engine: Engine): Missing[] {
  const runs = (feature: Feature) => engine.features.includes(feature);
  if (framework !== undefined) return [];
  if ((image !== undefined && runs("images")) || (program !== undefined && runs("programs")))
    return [];
  const [path, form] = runs("programs") ? ["program", "programs"] : ["image", "images"];
  return [
    {
      path: [path ?? ""],
      detail: `The ${engine.engine} engine runs ${form}, and "${name}" has no \`${path}\`: add one, or run it elsewhere.`,
    },
  ];
}
