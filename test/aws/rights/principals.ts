// Who there is: the functions, task roles that were made, hosts, what starts programs; and what IAM would say to each of their calls.
import { AWS_FUNCTIONS, TENANT_TAG } from "#shared/aws-names.ts";
import type { Account, MadeRole } from "./account.ts";
import type { Call } from "./asks/words.ts";
import { asksOf } from "./asks.ts";
import { ACCOUNT } from "./names.ts";
import type { StackRights } from "./policies.ts";
import { type Ask, evaluate, type Principal, type Verdict } from "./policy.ts";

export interface Who extends Principal {
  /** As the table calls it. */
  readonly name: string;
  /** Of its role, known in every call of its own. */
  readonly tags: Readonly<Record<string, string>>;
}

export function functionsOf(rights: StackRights): readonly Who[] {
  return AWS_FUNCTIONS.map((name) => ({ name, policies: [rights.functions[name]], tags: {} }));
}

export const hostOf = ({ host }: StackRights): Who => ({
  name: "host",
  policies: [host],
  tags: {},
});
export const executionOf = ({ execution }: StackRights): Who => ({
  ...{ name: "execution role", policies: [execution], tags: {} },
});

/** As its creation made it. Only the stack's own boundary is known here. */
export function taskRoleOf(name: string, role: MadeRole, { boundary }: StackRights): Who {
  const isInside = role.boundary !== undefined;
  return {
    ...{ name, policies: [...role.policies.values()], tags: role.tags },
    ...(isInside && { boundary }),
  };
}

/** By the ARN that signed, as the double records it: functions by their name, programs by the role that was made. */
export function whoIs(arn: string, rights: StackRights, account: Account): Who | undefined {
  const name = arn.split("/").at(-1) ?? "";
  const found = functionsOf(rights).find(
    (one) => arn === `arn:aws:iam::${ACCOUNT}:role/zoe-${one.name}`,
  );
  const made = account.role(name);
  return found ?? (made && taskRoleOf(`program of ${made.tags[TENANT_TAG]}`, made, rights));
}

export interface Judged {
  readonly ask: Ask;
  readonly verdict: Verdict;
}

export function judge(who: Who, asks: readonly Ask[]): readonly Judged[] {
  const own = Object.entries(who.tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]);
  return asks.map((ask) => {
    const context = { ...ask.context, ...Object.fromEntries(own) };
    return { ask, verdict: evaluate(who, { ...ask, context }) };
  });
}

export const judgeCall = (who: Who, call: Call, account: Account) =>
  judge(who, asksOf(call, account));

export const mayAll = (judged: readonly Judged[]) =>
  judged.every(({ verdict }) => verdict.isAllowed);
