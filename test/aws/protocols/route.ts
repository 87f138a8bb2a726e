// Which operation a REST request means: its method, its path with labels, and what its query must hold.
import type { Model, OperationModel } from "../model.ts";
import type { WireRequest } from "../service.ts";
import type { Traits } from "./text.ts";

export interface Route {
  readonly operation: OperationModel;
  /** The more a route asks for, the sooner it is meant. */
  readonly weight: number;
  /** The labels, or undefined where the request means another. */
  match(request: WireRequest): Record<string, string> | undefined;
}

export function routesOf(model: Model): readonly Route[] {
  return [...model.operations.values()].flatMap((operation) => {
    const { http } = operation.traits;
    return http === undefined
      ? []
      : [routeOf(operation, http as readonly [string, string, number])];
  });
}

function routeOf(
  operation: OperationModel,
  [method, uri]: readonly [string, string, number],
): Route {
  const [path = "/", search = ""] = uri.split("?");
  const pattern = patternOf(path);
  const literals = [...new URLSearchParams(search)].filter(([key]) => key !== "x-id");
  const needed = required(operation, "httpQuery");
  const headers = required(operation, "httpHeader").map((name) => name.toLowerCase());
  return {
    operation,
    weight:
      10 * (literals.length + needed.length + headers.length) +
      (path.match(/[^{/]+/g)?.length ?? 0),
    match(request) {
      if (request.method !== method || !literals.every((literal) => holds(request, literal)))
        return;
      if (!needed.every((key) => request.query.has(key))) return undefined;
      if (!headers.every((name) => name in request.headers)) return undefined;
      const groups = pattern.exec(request.path)?.groups;
      if (groups === undefined) return undefined;
      return Object.fromEntries(
        Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]),
      );
    },
  };
}

function holds(request: WireRequest, [key, value]: readonly [string, string]): boolean {
  const came = request.query.get(key);
  return came !== undefined && (value === "" || came.includes(value));
}

/** `/v1/jobs/{id}` and `/{Key+}` as an expression with named groups. */
function patternOf(path: string): RegExp {
  const parts = path.split(/(\{[^}]+\})/).map((part) => {
    const label = /^\{(\w+)(\+?)\}$/.exec(part);
    if (label === null) return part.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
    return label[2] === "+" ? `(?<${label[1]}>.+)` : `(?<${label[1]}>[^/]+)`;
  });
  return new RegExp(`^(?<_all>)${parts.join("")}$`);
}

function required({ input }: OperationModel, trait: "httpQuery" | "httpHeader"): readonly string[] {
  if (input.isUnitSchema()) return [];
  const count = ((input.getSchema() as unknown as readonly unknown[])[6] ?? 0) as number;
  return [...input.structIterator()]
    .slice(0, count)
    .flatMap(([, schema]) => (schema.getMergedTraits() as Traits)[trait] ?? []);
}
