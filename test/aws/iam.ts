// The double's IAM: roles with their paths, boundaries, tags and inline policies; what is new is not known everywhere at once.
//
// Facts are from the IAM API reference (each operation's page), "IAM and STS quotas", and the guide's troubleshooting page: "changes that I
// make are not always immediately visible". Not here: users, groups, managed policies, instance profiles.
import { randomBytes } from "node:crypto";
import * as sdk from "@aws-sdk/client-iam";
import { modelOf, offline } from "./model.ts";
import { AwsError, type CallContext, type Service } from "./service.ts";

export interface IamOptions {
  readonly now: () => number;
  /** So long after a change other services know of it. */
  readonly lagMs?: number;
}

export interface RoleView {
  readonly arn: string;
  readonly boundary: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Name -> document, JSON. */
  readonly policies: ReadonlyMap<string, string>;
}

export interface Iam {
  readonly service: Service;
  readonly roles: () => readonly RoleView[];
  /** For ECS and Batch: whether they can assume it by now. */
  isReady(arn: string): boolean;
}

interface Role {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly createdAt: number;
  readonly trust: string;
  readonly description: string | undefined;
  readonly boundary: string | undefined;
  readonly tags: readonly sdk.Tag[];
  readonly policies: Map<string, string>;
  /** Of the role, or of its policies. */
  changedAt: number;
}

/** "Role inline policies: 10,240 characters", blanks not counted. */
const MOST_POLICY = 10_240;
const MOST_TRUST = 2048;
const LAG_MS = 8000;

export function iam(options: IamOptions): Iam {
  const roles = new Map<string, Role>();
  const arnOf = ({ path, name }: Role) => `arn:aws:iam::123456789012:role${path}${name}`;
  return {
    roles: () =>
      [...roles.values()].map((role) => ({
        ...{ arn: arnOf(role), boundary: role.boundary, policies: role.policies },
        tags: Object.fromEntries(role.tags.map(({ Key = "", Value = "" }) => [Key, Value])),
      })),
    isReady: (arn) => {
      const role = [...roles.values()].find((one) => arnOf(one) === arn);
      return role !== undefined && options.now() >= role.changedAt + (options.lagMs ?? LAG_MS);
    },
    service: {
      name: "iam",
      model: modelOf(sdk, new sdk.IAMClient(offline)),
      throttle: { code: "Throttling", status: 400 },
      operations: { ...roleOperations(roles), ...policyOperations(roles) },
    },
  };
}

function roleOperations(roles: Map<string, Role>): Service["operations"] {
  return {
    CreateRole(input: sdk.CreateRoleCommandInput, { now }: CallContext) {
      const { RoleName: name = "", Path: path = "/", Tags: tags = [], ...more } = input;
      checkName(name, path);
      if (roles.has(name))
        throw new AwsError("EntityAlreadyExists", `Role with name ${name} already exists.`, {
          status: 409,
        });
      const trust = checkDocument(more.AssumeRolePolicyDocument, MOST_TRUST, true);
      const id = `AROA${randomBytes(9).toString("hex").slice(0, 17).toUpperCase()}`;
      const role: Role = {
        ...{ name, path, id, trust, tags, createdAt: now, changedAt: now, policies: new Map() },
        ...{ description: more.Description, boundary: more.PermissionsBoundary },
      };
      roles.set(name, role);
      return { Role: describe(role) };
    },
    GetRole: ({ RoleName }: sdk.GetRoleCommandInput) => ({ Role: describe(find(roles, RoleName)) }),
    DeleteRole({ RoleName }: sdk.DeleteRoleCommandInput) {
      const role = find(roles, RoleName);
      if (role.policies.size > 0)
        throw new AwsError("DeleteConflict", "Cannot delete entity, must delete policies first.", {
          status: 409,
        });
      roles.delete(role.name);
      return {};
    },
    ListRoles({ PathPrefix = "/" }: sdk.ListRolesCommandInput) {
      const chosen = [...roles.values()].filter(({ path }) => path.startsWith(PathPrefix));
      return { Roles: chosen.map(describe), IsTruncated: false };
    },
  };
}

function policyOperations(roles: Map<string, Role>): Service["operations"] {
  return {
    PutRolePolicy(input: sdk.PutRolePolicyCommandInput, { now }: CallContext) {
      const role = find(roles, input.RoleName);
      const document = checkDocument(input.PolicyDocument, MOST_POLICY, false);
      role.policies.set(input.PolicyName ?? "", document);
      const sum = [...role.policies.values()].reduce((total, text) => total + lengthOf(text), 0);
      if (sum > MOST_POLICY)
        throw new AwsError(
          "LimitExceeded",
          `Maximum policy size of ${MOST_POLICY} bytes exceeded.`,
          {
            status: 409,
          },
        );
      role.changedAt = now;
      return {};
    },
    GetRolePolicy({ RoleName, PolicyName = "" }: sdk.GetRolePolicyCommandInput) {
      const document = find(roles, RoleName).policies.get(PolicyName);
      if (document === undefined) throw missing(`The role policy with name ${PolicyName}`);
      return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(document) };
    },
    ListRolePolicies({ RoleName }: sdk.ListRolePoliciesCommandInput) {
      return { PolicyNames: [...find(roles, RoleName).policies.keys()], IsTruncated: false };
    },
    DeleteRolePolicy({ RoleName, PolicyName = "" }: sdk.DeleteRolePolicyCommandInput) {
      if (!find(roles, RoleName).policies.delete(PolicyName))
        throw missing(`The role policy with name ${PolicyName}`);
      return {};
    },
  };
}

function find(roles: ReadonlyMap<string, Role>, name = ""): Role {
  const role = roles.get(name);
  if (role === undefined) throw missing(`The role with name ${name}`);
  return role;
}

function missing(what: string): AwsError {
  return new AwsError("NoSuchEntity", `${what} cannot be found.`, { status: 404 });
}

function describe(role: Role): sdk.Role {
  const { name, path, id, createdAt, trust, description, boundary, tags } = role;
  return {
    ...{
      RoleName: name,
      Path: path,
      RoleId: id,
      Arn: `arn:aws:iam::123456789012:role${path}${name}`,
    },
    CreateDate: new Date(createdAt),
    // Documents come back as RFC 3986 says.
    AssumeRolePolicyDocument: encodeURIComponent(trust),
    ...(description !== undefined && { Description: description }),
    ...(tags.length > 0 && { Tags: [...tags] }),
    ...(boundary !== undefined && {
      PermissionsBoundary: {
        PermissionsBoundaryType: "PermissionsBoundaryPolicy" as const,
        PermissionsBoundaryArn: boundary,
      },
    }),
  };
}

function checkName(name: string, path: string): void {
  if (!/^[\w+=,.@-]{1,64}$/.test(name) || !/^\/([!-~]{1,510}\/)?$/.test(path))
    throw new AwsError("ValidationError", "The role's name or path is not valid.", { status: 400 });
}

function checkDocument(text: string | undefined, most: number, isTrust: boolean): string {
  const malformed = (why: string) => new AwsError("MalformedPolicyDocument", why, { status: 400 });
  if (lengthOf(text ?? "") > most)
    throw new AwsError("LimitExceeded", `Maximum policy size of ${most} bytes exceeded.`, {
      status: 409,
    });
  let document: { Version?: unknown; Statement?: readonly Record<string, unknown>[] };
  try {
    document = JSON.parse(text ?? "");
  } catch {
    throw malformed("This policy contains invalid Json");
  }
  if (!Array.isArray(document.Statement)) throw malformed("Syntax errors in policy.");
  for (const statement of document.Statement) {
    if ((statement.Principal === undefined) === isTrust)
      throw malformed(
        isTrust
          ? "Missing required field Principal"
          : "Policy document should not specify a principal.",
      );
    if (!isTrust && statement.Resource === undefined && statement.NotResource === undefined)
      throw malformed("Policy statement must contain resources.");
  }
  return text ?? "";
}

/** IAM does not count blanks. */
const lengthOf = (text: string) => text.replaceAll(/\s/g, "").length;
