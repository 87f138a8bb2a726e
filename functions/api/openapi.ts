// The OpenAPI 3.1 document, from the same descriptions that serve.ts runs. Schemas are zod's own JSON Schema, which is what 3.1 speaks.
import { Problem } from "#shared/api/problem.ts";
import { PROBLEM_TYPE, PROBLEMS } from "./problem.ts";
import { type Route, refusals } from "./route.ts";
import { type JsonSchema, newSchemas, type Schemas } from "./schemas.ts";

const ABOUT = `Zoe runs analytic applications: describe one as a zapp, submit it, follow it, fetch its results.

Send your token as \`Authorization: Bearer zoe_...\`. All that goes wrong is answered as a problem document (RFC 9457) with every fault and its JSON pointer.
Lists are newest first; ask for the next page with the \`cursor\` of the one before. After a 429 or 503, ask again after \`Retry-After\` seconds.`;

export function openApi(routes: readonly Route[], version: string): JsonSchema {
  const schemas = newSchemas();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll("+}", "}");
    paths[path] ??= {};
    paths[path][route.method] = operation(route, schemas);
  }
  const responses = problemResponses(schemas);
  return {
    openapi: "3.1.0",
    info: { title: "Zoe", version, description: ABOUT },
    paths,
    components: {
      schemas: schemas.all(),
      responses,
      securitySchemes: {
        token: { type: "http", scheme: "bearer", bearerFormat: "zoe_ and 43 characters" },
      },
    },
  };
}

function operation(route: Route, schemas: Schemas): JsonSchema {
  const { method, path, group, summary, text, access, role } = route;
  const allowed = access === "public" ? "Needs no token." : `Token scope: ${access}.`;
  const roles = role ? ` Role: ${role} or higher.` : "";
  return {
    operationId: operationId(method, path),
    tags: [group],
    summary,
    description: `${text ? `${text}\n\n` : ""}${allowed}${roles}`,
    ...(access !== "public" && { security: [{ token: [] }] }),
    parameters: [
      ...parameters(route.params, "path", schemas),
      ...parameters(route.query, "query", schemas),
      ...(route.isIdempotent ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(route.body && { requestBody: requestBody(route, schemas) }),
    responses: responsesOf(route, schemas),
  };
}

function operationId(method: string, path: string): string {
  const words = path.replaceAll(/\{\w+\+?\}/g, "one").match(/[A-Za-z]+/g) ?? [];
  const name = words.filter((word) => word !== "v");
  return [method, ...name.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join("");
}

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "A repeat with the same key and body is answered with the first one's execution",
  schema: { type: "string", pattern: "^[!-~]{1,200}$" },
};

function parameters(
  schema: Route["params"],
  place: "path" | "query",
  schemas: Schemas,
): JsonSchema[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemas.inline(schema, "input");
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, property]) => {
    const { description, ...rest } = property;
    const isRequired = place === "path" || (required as string[]).includes(name);
    return {
      name,
      in: place,
      required: isRequired,
      ...(description ? { description } : {}),
      schema: rest,
    };
  });
}

function requestBody({ body }: Route, schemas: Schemas): JsonSchema {
  const content: Record<string, unknown> = {};
  for (const [type, { schema, examples, text }] of Object.entries(body?.types ?? {})) {
    content[type] = {
      schema: schema ? schemas.ref(schema, "input") : { ...(text && { description: text }) },
      ...(examples && { examples: named(examples) }),
    };
  }
  return { required: body?.isOptional !== true, content };
}

function named(examples: Readonly<Record<string, unknown>>): JsonSchema {
  const entries = Object.entries(examples).map(([name, value]) => [name, { value }]);
  return Object.fromEntries(entries);
}

function responsesOf(route: Route, schemas: Schemas): JsonSchema {
  const { status, text, schema, types = [], example } = route.answer;
  const content: Record<string, unknown> = {};
  if (schema)
    content["application/json"] = {
      schema: schemas.ref(schema, "output"),
      ...(example !== undefined && { example }),
    };
  for (const type of types) content[type] = { schema: {} };
  const responses: Record<string, unknown> = {
    [status]: { description: text, ...(Object.keys(content).length > 0 && { content }) },
  };
  for (const code of refusals(route))
    responses[PROBLEMS[code].status] = { $ref: `#/components/responses/${code}` };
  return responses;
}

function problemResponses(schemas: Schemas): JsonSchema {
  const schema = schemas.ref(Problem, "output");
  const retry = { "Retry-After": { description: "Seconds", schema: { type: "string" } } };
  const entries = Object.entries(PROBLEMS).map(([code, { title, status }]) => {
    const example = {
      type: `/docs#problem-${code}`,
      title,
      status,
      detail: title,
      code,
      errors: [],
    };
    const content = { [PROBLEM_TYPE]: { schema, example } };
    const waits = code === "tooMany" || code === "unavailable";
    return [code, { description: title, ...(waits && { headers: retry }), content }];
  });
  return Object.fromEntries(entries);
}
