// Whether IAM would allow a call: one principal's own policies, inside its boundary. Small, and it throws at what it does not know.
//
// After "Policy evaluation logic" and "IAM JSON policy elements" of the IAM user guide. Not here: resource policies, session policies, service
// control policies, NotAction, NotResource, NotPrincipal, operators of dates, numbers and addresses.
import { conditionsHold } from "./policy/conditions.ts";
import { type Context, filled, matchesArn, matchesText } from "./policy/matching.ts";

export interface PolicyDocument {
  readonly Statement: Statement | readonly Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

export type OneOrMore = string | readonly string[];

export interface Principal {
  readonly policies: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
}

/** One action on one resource: a call that touches several resources is asked for each. */
export interface Ask {
  /** `ecs:RunTask`. */
  readonly action: string;
  /** ARN, or `*` where the action knows no resource. */
  readonly resource: string;
  readonly context: Context;
}

export type Verdict =
  | { readonly isAllowed: true; readonly by: Statement }
  | { readonly isAllowed: false; readonly why: "denied" | "notAllowed" | "boundary" };

const KNOWN = ["Sid", "Effect", "Action", "Resource", "Condition"];

export function evaluate({ policies, boundary }: Principal, ask: Ask): Verdict {
  const statements = policies.flatMap(statementsOf);
  const limits = boundary && statementsOf(boundary);
  const applies = (statement: Statement) => appliesTo(statement, ask);
  const denials = [...statements, ...(limits ?? [])].filter(({ Effect }) => Effect === "Deny");
  if (denials.some(applies)) return { isAllowed: false, why: "denied" };
  const by = statements.find((one) => one.Effect === "Allow" && applies(one));
  if (by === undefined) return { isAllowed: false, why: "notAllowed" };
  const isInside = limits?.some((one) => one.Effect === "Allow" && applies(one)) ?? true;
  return isInside ? { isAllowed: true, by } : { isAllowed: false, why: "boundary" };
}

export function appliesTo(statement: Statement, { action, resource, context }: Ask): boolean {
  const unknown = Object.keys(statement).filter((field) => !KNOWN.includes(field));
  if (unknown.length > 0) throw new Error(`The evaluator knows no ${unknown.join(", ")}.`);
  const isOfAction = list(statement.Action).some((one) =>
    matchesText(one.toLowerCase(), action.toLowerCase()),
  );
  return (
    isOfAction &&
    list(statement.Resource ?? []).some((one) => isOfResource(one, resource, context)) &&
    conditionsHold(statement.Condition ?? {}, context)
  );
}

/** A variable that has no value matches nothing. */
function isOfResource(pattern: string, resource: string, context: Context): boolean {
  const whole = filled(pattern, context);
  if (whole === undefined) return false;
  return whole === "*" || matchesArn(whole, resource);
}

function statementsOf({ Statement }: PolicyDocument): readonly Statement[] {
  return Array.isArray(Statement) ? Statement : [Statement as Statement];
}

export const list = (value: OneOrMore): readonly string[] =>
  typeof value === "string" ? [value] : value;
