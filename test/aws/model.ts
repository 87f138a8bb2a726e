// A service's model as the SDK's client ships it: schemas of its operations and errors, and the codec of its protocol.
import { NormalizedSchema } from "@smithy/core/schema";

export interface OperationModel {
  readonly name: string;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

export interface Model {
  readonly protocol: ProtocolName;
  readonly namespace: string;
  readonly xmlNamespace: string | undefined;
  readonly codec: Codec | undefined;
  readonly operations: ReadonlyMap<string, OperationModel>;
  readonly errors: ReadonlyMap<string, NormalizedSchema>;
}

export type ProtocolName = "awsJson1_0" | "awsJson1_1" | "restJson1" | "restXml" | "awsQuery";

export interface Codec {
  createSerializer(): {
    write(schema: NormalizedSchema, value: unknown): void;
    flush(): string | Uint8Array;
  };
  createDeserializer(): { read(schema: NormalizedSchema, body: Uint8Array): unknown };
  setSerdeContext(context: unknown): void;
}

/** What a client package exports, and a client of it: `modelOf(sdk, new sdk.SQSClient(offline))`. */
export function modelOf(sdk: object, client: { readonly config: object }): Model {
  const config = client.config as { protocol: SdkProtocol };
  const { protocol } = config;
  const name = protocol.getShapeId().split("#")[1] as ProtocolName;
  const codec = name === "awsQuery" ? undefined : (protocol.getPayloadCodec() as Codec);
  codec?.setSerdeContext(config);
  const schemas = Object.values(sdk).filter(Array.isArray) as (readonly unknown[])[];
  const operations = schemas.filter(([kind]) => kind === OPERATION).map(operationOf);
  const errors = schemas.filter(([kind]) => kind === ERROR).map((schema) => read(schema));
  return {
    protocol: name,
    namespace: protocol.options.defaultNamespace,
    xmlNamespace: (config as { protocolSettings?: { xmlNamespace?: string } }).protocolSettings
      ?.xmlNamespace,
    codec,
    operations: new Map(operations.map((operation) => [operation.name, operation])),
    errors: new Map(errors.map((schema) => [schema.getName() ?? "", schema])),
  };
}

/** A client that is only asked for its schemas. */
export const offline = {
  region: "us-east-1",
  credentials: { accessKeyId: "none", secretAccessKey: "none" },
};

/** Marks of the SDK's static schemas. */
const OPERATION = 9;
const ERROR = -3;

interface SdkProtocol {
  readonly options: { readonly defaultNamespace: string };
  getShapeId(): string;
  getPayloadCodec(): unknown;
}

function operationOf(schema: readonly unknown[]): OperationModel {
  const [, , name, traits, input, output] = schema;
  return {
    name: name as string,
    traits: typeof traits === "object" ? { ...traits } : {},
    input: read(input),
    output: read(output),
  };
}

function read(schema: unknown): NormalizedSchema {
  return NormalizedSchema.of(schema as Parameters<typeof NormalizedSchema.of>[0]);
}

/** Throws where the double would say what AWS's model has no word for, or leaves out what it always says. */
export function checkOutput(schema: NormalizedSchema, value: unknown, path: string): void {
  if (schema.isUnitSchema()) return;
  if (schema.isStructSchema()) checkStruct(schema, value, path);
  else if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrong(path, "a list", value);
    for (const [at, item] of value.entries())
      checkOutput(schema.getValueSchema(), item, `${path}[${at}]`);
  } else if (schema.isMapSchema()) {
    for (const [key, item] of Object.entries(asRecord(value, path)))
      checkOutput(schema.getValueSchema(), item, `${path}.${key}`);
  } else checkSimple(schema, value, path);
}

function checkStruct(schema: NormalizedSchema, value: unknown, path: string): void {
  const record = asRecord(value, path);
  const members = new Map(schema.structIterator());
  for (const [name, item] of Object.entries(record)) {
    const member = members.get(name);
    if (member === undefined) throw new Error(`${path}.${name} is not in AWS's model.`);
    if (item !== undefined) checkOutput(member, item, `${path}.${name}`);
  }
  const required = (schema.getSchema() as unknown as readonly unknown[])[6] ?? 0;
  for (const name of [...members.keys()].slice(0, required as number))
    if (record[name] === undefined)
      throw new Error(`${path}.${name} is missing; AWS always says it.`);
}

function checkSimple(schema: NormalizedSchema, value: unknown, path: string): void {
  if (schema.isStringSchema() && typeof value !== "string") throw wrong(path, "a string", value);
  if (schema.isNumericSchema() && typeof value !== "number") throw wrong(path, "a number", value);
  if (schema.isBooleanSchema() && typeof value !== "boolean") throw wrong(path, "a boolean", value);
  if (schema.isTimestampSchema() && !(value instanceof Date)) throw wrong(path, "a Date", value);
  if (schema.isBlobSchema() && !(value instanceof Uint8Array)) throw wrong(path, "bytes", value);
}

function asRecord(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong(path, "an object", value);
  return value as Record<string, unknown>;
}

function wrong(path: string, wanted: string, came: unknown): Error {
  return new Error(`${path} is ${wanted} in AWS's model; the double answers ${typeof came}.`);
}
