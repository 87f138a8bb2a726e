// The OpenAPI document as one page for people: no script, nothing from elsewhere.
import { PROBLEM_CODES, type ProblemCode } from "#shared/api/problem.ts";
import { STYLE } from "./docs-style.ts";
import { PROBLEMS } from "./problem.ts";
import type { JsonSchema } from "./schemas.ts";

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<string, { description?: string; content?: Content; $ref?: string }>
  >;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

type Content = Readonly<
  Record<
    string,
    { schema: JsonSchema; examples?: Record<string, { value: unknown }>; example?: unknown }
  >
>;

interface Place {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export function docsPage(document: JsonSchema): string {
  const { title, version, description } = document.info as Record<string, string>;
  const places = placesOf(document);
  const groups = [...new Set(places.map(({ operation }) => operation.tags[0] ?? ""))];
  const { schemas } = document.components as { schemas: Record<string, JsonSchema> };
  const sections = groups.map((group) => section(group, places));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)} API</title><style>${STYLE}</style></head><body>
<nav><h1>${text(title)} <small>${text(version)}</small></h1>${groups.map((group) => contents(group, places)).join("")}
<h2><a href="#problems">Problems</a></h2><h2><a href="#schemas">Schemas</a></h2>
<p><a href="/openapi.json">openapi.json</a></p></nav>
<main><header>${paragraphs(description)}</header>
${sections.join("\n")}
<section id="problems"><h2>Problems</h2><table>${PROBLEM_CODES.map(problemRow).join("")}</table></section>
<section id="schemas"><h2>Schemas</h2>${Object.entries(schemas).map(schemaBlock).join("")}</section>
</main></body></html>`;
}

function placesOf(document: JsonSchema): Place[] {
  const paths = document.paths as Record<string, Record<string, Operation>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

function inGroup(group: string, places: readonly Place[]): Place[] {
  return places.filter(({ operation }) => operation.tags[0] === group);
}

function contents(group: string, places: readonly Place[]): string {
  const items = inGroup(group, places).map(
    ({ operation }) =>
      `<li><a href="#${operation.operationId}">${text(operation.summary)}</a></li>`,
  );
  return `<h2>${text(group)}</h2><ul>${items.join("")}</ul>`;
}

function section(group: string, places: readonly Place[]): string {
  return `<section><h2>${text(group)}</h2>${inGroup(group, places).map(article).join("")}</section>`;
}

function article({ method, path, operation }: Place): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  return `<article id="${operationId}"><h3>${text(summary)}</h3>
<p class="route"><b class="${method}">${method.toUpperCase()}</b> <code>${text(path)}</code></p>
${paragraphs(description)}
${parameters.length > 0 ? `<table>${parameters.map(parameterRow).join("")}</table>` : ""}
${requestBody ? `<h4>Body</h4>${contentBlock(requestBody.content)}` : ""}
<h4>Answers</h4>${Object.entries(responses).map(responseBlock).join("")}</article>`;
}

function parameterRow({ name, in: place, required, description = "", schema }: Parameter): string {
  const kind = `${place}${required ? "" : ", optional"}`;
  return `<tr><th><code>${text(name)}</code></th><td>${kind}</td><td>${text(description)} ${typeText(schema)}</td></tr>`;
}

function typeText(schema: JsonSchema): string {
  const values = Array.isArray(schema.enum) ? schema.enum.join(" | ") : String(schema.type ?? "");
  const range = schema.maximum === undefined ? "" : ` ${schema.minimum ?? 0} to ${schema.maximum}`;
  return `<span class="type">${text(values)}${range}</span>`;
}

function contentBlock(content: Content): string {
  const blocks = Object.entries(content).map(([type, { schema, examples = {}, example }]) => {
    const shown = [
      ...Object.values(examples).map(({ value }) => value),
      ...(example === undefined ? [] : [example]),
    ];
    return `<p><code>${text(type)}</code> ${schemaLink(schema)}</p>${shown.map(code).join("")}`;
  });
  return blocks.join("");
}

function schemaLink(schema: JsonSchema): string {
  if (typeof schema.$ref !== "string") return text(String(schema.description ?? ""));
  const name = schema.$ref.split("/").at(-1) ?? "";
  return `<a href="#schema-${text(name)}">${text(name)}</a>`;
}

function responseBlock([status, { description, content, $ref }]: [
  string,
  Operation["responses"][string],
]): string {
  if ($ref === undefined)
    return `<p><b>${status}</b> ${text(description ?? "")}</p>${content ? contentBlock(content) : ""}`;
  const problem = ($ref.split("/").at(-1) ?? "internal") as ProblemCode;
  return `<a class="no" href="#problem-${problem}" title="${text(PROBLEMS[problem].title)}">${status}</a> `;
}

function problemRow(problem: ProblemCode): string {
  const { status, title } = PROBLEMS[problem];
  return `<tr id="problem-${problem}"><th>${status}</th><td><code>${problem}</code></td><td>${text(title)}</td></tr>`;
}

function schemaBlock([name, schema]: [string, JsonSchema]): string {
  return `<details id="schema-${text(name)}"><summary>${text(name)}</summary>${code(schema)}</details>`;
}

function code(value: unknown): string {
  return `<pre>${text(typeof value === "string" ? value : JSON.stringify(value, null, 2))}</pre>`;
}

/** Paragraphs and \`code\` of Markdown, which is all that the descriptions use. */
function paragraphs(markdown = ""): string {
  const marked = text(markdown).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
  return marked
    .split("\n\n")
    .map((paragraph) => `<p>${paragraph}</p>`)
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function text(plain = ""): string {
  return plain.replaceAll(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}
