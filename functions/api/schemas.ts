// JSON Schemas of the API: those that have an id are written once, under components, and referred to.
import * as z from "zod";

export type JsonSchema = Record<string, unknown>;

export interface Schemas {
  /** A reference where the schema has an id, else the schema itself. */
  ref(schema: z.ZodType, io: "input" | "output"): JsonSchema;
  /** The schema itself, even where it has an id. */
  inline(schema: z.ZodType, io: "input" | "output"): JsonSchema;
  all(): JsonSchema;
}

const COMPONENTS = "#/components/schemas/";

export function newSchemas(): Schemas {
  const components: Record<string, JsonSchema> = {};

  function ref(schema: z.ZodType, io: "input" | "output"): JsonSchema {
    const { $schema: _, $defs = {}, ...rest } = toJsonSchema(schema, io);
    const owner = idOf(rest) ?? io;
    const names = new Map(
      Object.keys($defs as object).map((name) => [name, publicName(name, owner)]),
    );
    for (const [name, definition] of Object.entries($defs as Record<string, JsonSchema>))
      components[names.get(name) ?? name] = renamed(definition, names) as JsonSchema;
    return renamed(rest, names) as JsonSchema;
  }

  return {
    ref,
    inline(schema, io) {
      const found = ref(schema, io);
      const id = typeof found.$ref === "string" ? found.$ref.slice(COMPONENTS.length) : undefined;
      return id === undefined ? found : (components[id] ?? found);
    },
    all: () => Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

export function toJsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  return z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    // `.readonly()` is about our code; in OpenAPI the word means "never sent".
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
      if (jsonSchema.pattern) jsonSchema.pattern = portable(jsonSchema.pattern);
      for (const [key, value] of Object.entries(jsonSchema))
        if (value === undefined) delete jsonSchema[key as "type"];
    },
  }) as JsonSchema;
}

/** Unicode classes are not understood by every reader of JSON Schema; what they stand for is. */
function portable(pattern: string): string {
  return pattern.replaceAll("\\p{Cc}", "\\u0000-\\u001f\\u007f-\\u009f");
}

function idOf({ $ref }: JsonSchema): string | undefined {
  return typeof $ref === "string" ? $ref.replace("#/$defs/", "") : undefined;
}

/** What zod found recursive and nobody named gets the name of its owner. */
function publicName(name: string, owner: string): string {
  return name.startsWith("__schema") ? `${owner}${name.slice(2)}` : name;
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => {
    if (key !== "$ref" || typeof item !== "string") return [key, renamed(item, names)];
    const name = item.replace("#/$defs/", "");
    return [key, `${COMPONENTS}${names.get(name) ?? name}`];
  });
  return Object.fromEntries(entries);
}
