// AWS's published service models, as botocore (PyPI; moto brings it) carries them: enumerations, lengths and patterns, which the SDK's schemas lack.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { RecordedCall } from "./recorder.ts";

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly required?: readonly string[];
  readonly member?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

interface ServiceModel {
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly input?: { readonly shape: string };
        readonly output?: { readonly shape: string };
        readonly errors?: readonly { readonly shape: string }[];
      }
    >
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Folder of the models; undefined where botocore is not installed. */
export function modelFolder(): string | undefined {
  const asked =
    "import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), 'data'))";
  const { status, stdout } = spawnSync("python3", ["-c", asked], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

export class Models {
  readonly #folder: string;
  readonly #models = new Map<string, ServiceModel>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What the models have against a call's input and output; nothing where it is as AWS's. */
  faultsOf({ service, operation, input, output }: RecordedCall): readonly string[] {
    const model = this.#of(service);
    const known = model.operations[operation];
    if (known === undefined) return [`${service} has no ${operation}`];
    const check = (shape: string | undefined, value: object | undefined, path: string) =>
      shape === undefined || value === undefined ? [] : [...faults(model, shape, value, path)];
    return [
      ...check(known.input?.shape, input, `${operation} input`),
      ...check(known.output?.shape, output, `${operation} output`),
    ];
  }

  #of(service: string): ServiceModel {
    const found = this.#models.get(service) ?? this.#read(service);
    this.#models.set(service, found);
    return found;
  }

  #read(service: string): ServiceModel {
    const versions = join(this.#folder, service);
    const file = join(versions, readdirSync(versions).sort().at(-1) ?? "", "service-2.json");
    const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
    return JSON.parse(text.toString()) as ServiceModel;
  }
}

function* faults(
  model: ServiceModel,
  name: string,
  value: unknown,
  path: string,
): Generator<string> {
  const shape = model.shapes[name];
  if (shape === undefined) yield `${path}: the model has no ${name}`;
  else if (shape.type === "structure") yield* structureFaults(model, shape, value, path);
  else if (shape.type === "list" && Array.isArray(value)) {
    yield* sizeFaults(shape, value.length, path);
    for (const [at, item] of value.entries())
      yield* faults(model, shape.member?.shape ?? "", item, `${path}[${at}]`);
  } else if (shape.type === "map" && typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value))
      yield* faults(model, shape.value?.shape ?? "", item, `${path}.${key}`);
  } else yield* simpleFaults(shape, value, path);
}

function* structureFaults(
  model: ServiceModel,
  { members = {}, required = [] }: Shape,
  value: unknown,
  path: string,
): Generator<string> {
  if (typeof value !== "object" || value === null) {
    yield `${path}: wanted a structure`;
    return;
  }
  const given = Object.entries(value).filter(([, part]) => part !== undefined);
  for (const member of required)
    if (!given.some(([name]) => name === member)) yield `${path}.${member}: missing`;
  for (const [member, part] of given) {
    const shape = members[member]?.shape;
    if (shape === undefined) yield `${path}.${member}: not in the model`;
    else yield* faults(model, shape, part, `${path}.${member}`);
  }
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: (value) => Number.isInteger(value),
  long: (value) => Number.isInteger(value),
  float: (value) => typeof value === "number",
  double: (value) => typeof value === "number",
  timestamp: (value) => value instanceof Date,
  blob: (value) => value instanceof Uint8Array,
};

function* simpleFaults(shape: Shape, value: unknown, path: string): Generator<string> {
  if (!TYPES[shape.type]?.(value)) {
    yield `${path}: wanted ${shape.type}, got ${JSON.stringify(value)?.slice(0, 80)}`;
    return;
  }
  if (typeof value === "number") yield* sizeFaults(shape, value, path);
  if (typeof value !== "string") return;
  yield* sizeFaults(shape, value.length, path);
  if (shape.enum && !shape.enum.includes(value))
    yield `${path}: "${value}" is none of ${shape.enum}`;
  const pattern = shape.pattern === undefined ? undefined : expressionOf(shape.pattern);
  if (pattern !== undefined && !pattern.test(value))
    yield `${path}: "${value}" is not as ${pattern}`;
}

function* sizeFaults({ min, max }: Shape, size: number, path: string): Generator<string> {
  if (min !== undefined && size < min) yield `${path}: ${size} is below ${min}`;
  if (max !== undefined && size > max) yield `${path}: ${size} is above ${max}`;
}

/** Written for other engines: what this one can't read is left out. */
function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, "u");
  } catch {
    return undefined;
  }
}
