// A route: who may use it, what it takes, what it answers. serve.ts runs it and openapi.ts documents it, from this one description.
import type * as z from "zod";
import type { ProblemCode } from "#shared/api/problem.ts";
import type { Principal, Role, Scope } from "#shared/principal.ts";
import type { Api } from "./api.ts";
import type { Body } from "./body.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** A JSON answer unless `types` names others: text and streams, which are answered as a Response. */
export interface Answer<A> {
  readonly status: 200 | 201 | 202 | 204;
  readonly text: string;
  readonly schema?: z.ZodType<A>;
  readonly types?: readonly string[];
  readonly example?: NoInfer<A>;
}

/** What a handler gets: all of it parsed. */
export interface Call<P, Q, B> {
  readonly api: Api;
  readonly principal: Principal;
  /** With which she asks. */
  readonly tokenId: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly idempotencyKey?: string;
  readonly request: Request;
}

export interface RouteSpec<P, Q, B, A> {
  readonly method: Method;
  /** With parameters as `{id}`; a last one `{path+}` takes slashes too. */
  readonly path: string;
  readonly group: string;
  readonly summary: string;
  readonly text?: string;
  /** `public` needs no token. */
  readonly access: Scope | "public";
  readonly role?: Role;
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: Body<B>;
  /** Takes an `Idempotency-Key`. */
  readonly isIdempotent?: boolean;
  readonly answer: Answer<A>;
  /** Refusals beside those that every such route has. */
  readonly refuses?: readonly ProblemCode[];
  readonly handle: (call: Call<P, Q, B>) => Promise<A | Response> | A | Response;
}

/** A route whose types have done their work. */
export type Route = RouteSpec<unknown, unknown, unknown, unknown>;

export function route<P = undefined, Q = undefined, B = undefined, A = undefined>(
  spec: RouteSpec<P, Q, B, A>,
): Route {
  return spec as unknown as Route;
}

/** What a route may refuse with: told by what it takes. */
export function refusals(route: Route): ProblemCode[] {
  return [
    "invalid",
    ...(route.access === "public" ? [] : (["unauthenticated", "forbidden", "tooMany"] as const)),
    ...(route.params ? (["notFound"] as const) : []),
    ...(route.body ? (["tooLarge", "mediaType"] as const) : []),
    ...(route.refuses ?? []),
    ...(["timeout", "headersTooLarge", "internal", "unavailable"] as const),
  ];
}
