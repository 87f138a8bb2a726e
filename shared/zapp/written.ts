// A zapp as people write it, in format 4: the truth of the format, published to editors and forms as JSON Schema. validate.ts reads it.
import * as z from "zod";
import { type Leaves, leavesOf, type Mode, saying, wantedGot } from "./leaf.ts";
import { LIMITS } from "./limits.ts";
import {
  NAME,
  NAME_WANTED,
  PARAMETER_NAME,
  PARAMETER_NAME_WANTED,
  ZAPP_NAME,
  ZAPP_NAME_WANTED,
} from "./names.ts";
import { list, named, strict } from "./strict.ts";
import { writtenParameter } from "./written-parameter.ts";
import { data, need, retry, secrets } from "./written-parts.ts";
import { service, sharedFields } from "./written-service.ts";

function queue(l: Leaves) {
  return strict("a queue", {
    lease: l.duration(1).optional(),
    maxAttempts: l.whole("how often a task may fail", { min: 1, max: LIMITS.attempts }).optional(),
  });
}

function route(l: Leaves) {
  const value = { pattern: /^(?!__proto__$)[\s\S]{0,1000}$/, wanted: "a value of the result" };
  return strict("a route", {
    from: l.reference("a queue"),
    by: l
      .pattern("a JSON pointer into the result, such as /topic", /^(\/([^~/]|~[01])*)*$/)
      .optional(),
    to: named(
      "values of the result, each with its queue",
      value,
      l.reference("a queue"),
      LIMITS.routedValues,
    ).optional(),
    else: l
      .pattern("deadLetter, drop or the name of a queue", new RegExp(`^deadLetter$|${NAME.source}`))
      .optional(),
    task: l.choice("the body of the child task", ["input", "result", "merge"]).optional(),
  });
}

function costModel(l: Leaves) {
  const stage = strict("a stage of the cost model", {
    name: l.text("the name of the stage", LIMITS.name),
    fixed: l.duration().optional(),
    perUnit: named(
      "instance types, each with its seconds per unit",
      { pattern: /^[a-z0-9.-]{1,63}$/, wanted: "an instance type" },
      l.number("seconds per unit"),
      LIMITS.entries,
    ).optional(),
    serial: l.duration().optional(),
  });
  return strict("a cost model", {
    unit: l.text("what is counted", LIMITS.name),
    measured: strict("what is measured", {
      input: l.text("the name of a dataset parameter", LIMITS.name),
      bytesPerUnit: l.number("the bytes of one unit", { min: 0.001 }),
    }),
    stages: list("stages", stage, LIMITS.stages, 1),
    memoryPerUnit: l.number("the bytes of memory of one unit").optional(),
  });
}

/** A framework's configuration: its own schema checks it, so that here anything of JSON may stand. */
function uses() {
  const name = { pattern: NAME, wanted: `the name of a framework, ${NAME_WANTED}` };
  const settings = z.record(
    z.string(),
    z.json(),
    saying("the framework's configuration, an object"),
  );
  return named("frameworks with their configuration", name, settings, LIMITS.services);
}

function zapp(l: Leaves) {
  const queueName = { pattern: NAME, wanted: NAME_WANTED };
  const parameterName = { pattern: PARAMETER_NAME, wanted: PARAMETER_NAME_WANTED };
  const serviceOptions = { ...sharedFields(l) };
  return strict("a zapp", {
    version: z.literal(4, { error: (issue) => wantedGot("version: 4", issue.input) }),
    name: z.string(saying(ZAPP_NAME_WANTED)).regex(ZAPP_NAME, saying(ZAPP_NAME_WANTED)),
    title: z
      .string(saying("a title"))
      .max(LIMITS.line, saying(`a title of at most ${LIMITS.line} characters`))
      .optional(),
    description: z
      .string(saying("a description"))
      .max(LIMITS.text, saying(`a description of at most ${LIMITS.text} characters`))
      .optional(),
    parameters: named(
      "parameters by name",
      parameterName,
      writtenParameter,
      LIMITS.parameters,
    ).optional(),
    queues: named("queues by name", queueName, queue(l), LIMITS.queues).optional(),
    services: list("services", service(l), LIMITS.services, 1).optional(),
    routes: list("routes", route(l), LIMITS.routes).optional(),
    defaults: strict("the defaults of all services", serviceOptions).optional(),
    ...data(l),
    secrets: secrets(l).optional(),
    needs: list("rights", need(l), LIMITS.entries).optional(),
    retry: retry(l).optional(),
    pull: serviceOptions.pull,
    checkpoint: serviceOptions.checkpoint,
    maxTime: l.duration(1).optional(),
    idle: strict("the idle limit of a session", {
      after: l.duration(1),
      warn: l.duration().optional(),
    }).optional(),
    costModel: costModel(l).optional(),
    uses: uses().optional(),
  });
}

const schemas = { written: zapp(leavesOf("written")), filled: zapp(leavesOf("filled")) };

export type WrittenZapp = z.infer<typeof schemas.written>;
export type WrittenService = NonNullable<WrittenZapp["services"]>[number];

export function writtenSchema(mode: Mode) {
  return schemas[mode];
}

/** What a service of its kind must have, its framework may bring. */
function letFrameworksBring(schema: z.core.JSONSchema.BaseSchema): void {
  const { properties = {}, required = [] } = schema;
  if (!("run" in properties && "framework" in properties)) return;
  const always = ["name", "run"];
  const own = required.filter((field) => !always.includes(field));
  if (own.length === 0) return;
  Object.assign(schema, { required: always });
  const having = (fields: string[]) => ({ type: "object" as const, required: fields });
  schema.anyOf = [having(own), having(["framework"])];
}

/** For editors and forms: what can be checked without looking at more than one place at a time. */
export function zappJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(schemas.written, {
    ...{ io: "input", unrepresentable: "any" },
    override: ({ jsonSchema }) => void letFrameworksBring(jsonSchema),
  });
  return {
    $id: "urn:zoe:zapp:4",
    title: "ZApp description, format 4",
    ...schema,
  };
}
