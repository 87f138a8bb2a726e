import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as z from "zod";
import { parseYaml } from "#functions/api/yaml.ts";
import { zappJsonSchema } from "#shared/zapp/written.ts";
import { aQueueZapp, aService, aZapp, type Fields } from "./a-zapp.ts";

const schema = zappJsonSchema();
/** The published schema read back, as an editor would use it. */
const published = z.fromJSONSchema(schema as never);
const accepts = (document: unknown) => published.safeParse(document).success;

test("the schema is JSON, says what it is, and refers to nothing outside", () => {
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  expect(schema).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:zoe:zapp:4",
    type: "object",
    required: ["version", "name"],
    additionalProperties: false,
  });
  const references = JSON.stringify(schema).match(/"\$ref":"[^"]*"/g) ?? [];
  expect(references.filter((reference) => !reference.startsWith('"$ref":"#/'))).toEqual([]);
});

test("editors can show what a field means", () => {
  const text = JSON.stringify(schema);
  expect(text).toContain('"description":"How many waiting tasks make one more worker"');
  expect(text).toContain('"description":"A duration: 20s, 15m, 12h, 1h30m or PT10M"');
});

for (const file of readdirSync("docs/guides/zapps")) {
  test(`the published schema accepts ${file}`, () => {
    expect(accepts(parseYaml(readFileSync(`docs/guides/zapps/${file}`, "utf8")).value)).toBe(true);
  });
}

for (const name of readdirSync("zapps").filter((name) => existsSync(`zapps/${name}/zapp.yaml`))) {
  test(`the published schema accepts the catalogue's ${name}`, () => {
    const document = parseYaml(readFileSync(`zapps/${name}/zapp.yaml`, "utf8")).value;
    expect(accepts(document)).toBe(true);
  });
}

const service = (bent: Fields) => aZapp({ services: [aService(bent)] });
const refused: Record<string, unknown> = {
  "an unknown field": aZapp({ nmae: "x" }),
  "a bare number of seconds": service({ maxTime: 60 }),
  "a duration without a unit": service({ maxTime: "60" }),
  "a size of seconds": service({ resources: { memory: "5s" } }),
  "a command of numbers alone": service({ command: 5 }),
  "a field of another kind": service({ queue: "documents" }),
  "a number where only a template may be text": aQueueZapp({ count: { max: "8" } }),
  "an older version": aZapp({ version: 3 }),
};

for (const [what, document] of Object.entries(refused)) {
  test(`the published schema refuses ${what}`, () => expect(accepts(document)).toBe(false));
}

test("templates may stand wherever a typed value stands", () => {
  const document = aQueueZapp({
    count: { min: 0, max: "${n}" },
    idle: "${idle}",
    resources: { cpu: "${n}", memory: "${n}" },
    capacity: "${n}",
    queue: "${n}",
  });
  expect(accepts(document)).toBe(true);
});

test("what a service of its kind must have, a framework may bring", () => {
  const { oneOf } = (schema as never as { properties: { services: { items: Services } } })
    .properties.services.items;
  const needs = oneOf.map(({ properties, required, anyOf = [] }) => [
    properties.run.const,
    required,
    ...anyOf.map((one) => one.required),
  ]);
  expect(needs).toEqual([
    ["once", ["name", "run"]],
    ["array", ["name", "run"]],
    ["gang", ["name", "run"], ["nodes"], ["framework"]],
    ["worker", ["name", "run"], ["queue", "count"], ["framework"]],
    ["forever", ["name", "run"]],
  ]);
});

interface Services {
  readonly oneOf: readonly {
    readonly properties: { readonly run: { readonly const: string } };
    readonly required: readonly string[];
    readonly anyOf?: readonly { readonly required: readonly string[] }[];
  }[];
}
