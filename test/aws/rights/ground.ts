// What attempts are judged on: the stack's rights, and the roles of two tenants as `roles` really makes them. Pure data, so that a test can bend it.
import { IAMClient } from "@aws-sdk/client-iam";
import { readEnv } from "#functions/aws/env.ts";
import { type Declared, rolePlace } from "#functions/aws/role-rights.ts";
import { prepareRole } from "#functions/aws/roles.ts";
import { memoryStore } from "#local/store/memory-store.ts";
import { Aws } from "#test/aws/aws.ts";
import { hastyClock } from "#test/aws/clock.ts";
import { iam } from "#test/aws/iam.ts";
import { anEnvironment } from "#test/functions/aws/environment.ts";
import { Account, type MadeRole } from "./account.ts";
import { asksOf } from "./asks.ts";
import type { Denied } from "./denied/denied.ts";
import { REGION } from "./names.ts";
import { rightsIn, type StackRights } from "./policies.ts";
import type { PolicyDocument, Statement } from "./policy.ts";
import {
  executionOf,
  functionsOf,
  hostOf,
  type Judged,
  judge,
  taskRoleOf,
  type Who,
} from "./principals.ts";

export interface Ground {
  readonly rights: StackRights;
  /** Of the tenant physics, of its zapp sorter. */
  readonly role: MadeRole;
  readonly account: Account;
}

export async function openGround(): Promise<Ground> {
  const env = readEnv(anEnvironment());
  const rights = rightsIn(env);
  const account = new Account();
  const clock = hastyClock(Date.UTC(2026, 0, 1));
  const double = iam({ now: () => clock.now() });
  const recorder = account.saw.bind(account);
  const aws = new Aws({ services: [double.service], clock, recorder });
  const client = new IAMClient(aws.client("arn:aws:iam::123456789012:role/zoe-roles"));
  const now = () => clock.now();
  const parts = { iam: client, store: memoryStore({ now }), place: rolePlace(env, REGION), now };
  const declared: Declared = {
    hasQueues: true,
    needs: [
      { kind: "bucket", bucket: "inputs", access: "read" },
      { kind: "bucket", bucket: "models", access: "write" },
    ],
  };
  for (const tenant of ["physics", "chemistry"]) {
    const made = await prepareRole(parts, { tenant, zapp: "sorter" }, declared);
    // Under a name that can be read: its own is a hash.
    const role = account.role(made.arn);
    const arn = made.arn.replace(/zoe_r_.*/, `zoe_r_${tenant}`);
    if (role) account.roles.set(`zoe_r_${tenant}`, { ...role, arn });
  }
  const role = account.role("zoe_r_physics");
  if (role === undefined) throw new Error("The double has made no role.");
  const unbounded = { ...role, arn: role.arn.replace("physics", "unbounded"), boundary: undefined };
  account.roles.set("zoe_r_unbounded", unbounded);
  return { rights, role, account };
}

const EVERYTHING: PolicyDocument = { Statement: { Effect: "Allow", Action: "*", Resource: "*" } };

function whoIs(name: string, { rights, role }: Ground): Who {
  const bent: Readonly<Record<string, () => Who>> = {
    program: () => taskRoleOf(name, role, rights),
    "subverted program": () => ({
      ...taskRoleOf(name, role, rights),
      policies: [EVERYTHING],
    }),
    "program without boundary": () => taskRoleOf(name, { ...role, boundary: undefined }, rights),
    host: () => hostOf(rights),
    "execution role": () => executionOf(rights),
    stranger: () => ({ name, policies: [asRights(role.trust)], tags: {} }),
  };
  const found = bent[name]?.() ?? functionsOf(rights).find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is nobody called ${name}.`);
  return found;
}

/** Who is trusted, as a condition on who asks. */
function asRights({ Statement }: PolicyDocument): PolicyDocument {
  const statements = [Statement].flat() as (Statement & { Principal: { Service: string } })[];
  return {
    Statement: statements.map(({ Principal, ...rest }) => ({
      ...{ ...rest, Resource: "*" },
      Condition: {
        ...rest.Condition,
        ArnEquals: { "aws:PrincipalServiceName": Principal.Service },
      },
    })),
  };
}

/** What IAM says to each thing that an attempt asks for. */
export function judgeAttempt({ who, attempt }: Denied, ground: Ground): readonly Judged[] {
  const asks = "operation" in attempt ? asksOf(attempt, ground.account) : [attempt];
  return judge(whoIs(who, ground), asks);
}
