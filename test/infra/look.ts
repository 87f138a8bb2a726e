// How the tests look at a template: resources by type, and what a reference names.
import type { Template } from "aws-cdk-lib/assertions";

export interface Resource {
  readonly id: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export function all(template: Template, type: string): readonly Resource[] {
  return Object.entries(template.findResources(type)).map(([id, found]) => ({
    ...(found as Omit<Resource, "id">),
    id,
    Properties: (found as { Properties?: Record<string, unknown> }).Properties ?? {},
  }));
}

/** The only one whose id begins so. */
export function one(template: Template, type: string, begin = ""): Resource {
  const found = all(template, type).filter(({ id }) => id.startsWith(begin));
  if (found.length !== 1)
    throw new Error(`Wanted one ${type} that begins with "${begin}"; there are ${found.length}.`);
  return found[0] as Resource;
}

/** Any value of a template, with references as `<Logical id>` and joins put together. */
export function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(text).join(",");
  if (value === null || typeof value !== "object") return String(value);
  const [[name = "", inner] = []] = Object.entries(value);
  switch (name) {
    case "Ref":
      return `<${inner}>`;
    case "Fn::GetAtt":
      return `<${(inner as string[]).join(".")}>`;
    case "Fn::Join": {
      const [between, parts] = inner as [string, unknown[]];
      return parts.map(text).join(between);
    }
    case "Fn::Sub":
      return text(inner);
    default:
      return JSON.stringify(value);
  }
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

/** What a role may do, by the beginning of its id: all of its statements, in lists. */
export function rights(template: Template, role: string): readonly Statement[] {
  const { id } = one(template, "AWS::IAM::Role", role);
  return all(template, "AWS::IAM::Policy")
    .filter(({ Properties: { Roles } }) => text(Roles) === `<${id}>`)
    .flatMap(({ Properties: { PolicyDocument } }) => statements(PolicyDocument));
}

export function statements(document: unknown): readonly Statement[] {
  const { Statement } = document as { Statement: Record<string, unknown>[] };
  return Statement.map(({ Sid, Effect, Action, Resource, Condition }) => ({
    ...{ Sid: Sid as string, Effect: String(Effect), Condition },
    Action: [Action].flat().map(String),
    Resource: [Resource].flat().map(text),
  }));
}

export const ROLES = {
  api: "Apiapi",
  schedule: "Schedulerschedule",
  launch: "Launcherlaunch",
  definer: "Launcherdefiner",
  observe: "Eventsobserve",
  feed: "Feederfeed",
  sweep: "Sweepersweep",
  roles: "Rolesroles",
} as const;

export const actionsOf = (template: Template, role: string) =>
  rights(template, role).flatMap(({ Action }) => Action);
