// The day's calls against the rights of who made them: which were allowed by what, and which statements nothing needed.
import type { RecordedCall } from "#test/aws/recorder.ts";
import { Account } from "./account.ts";
import type { StackRights } from "./policies.ts";
import { appliesTo, type PolicyDocument, type Statement } from "./policy.ts";
import { judgeCall, whoIs } from "./principals.ts";

export interface Shown {
  /** Whole sentences: who was denied what. */
  readonly denied: readonly string[];
  /** Who called that nobody knows. */
  readonly strangers: readonly string[];
  /** `launch RunTasks`: statements that allowed a call. */
  readonly used: ReadonlySet<string>;
}

export function judgeAll(calls: readonly RecordedCall[], rights: StackRights): Shown {
  const account = new Account();
  const [denied, strangers, used] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const call of calls) {
    const who = whoIs(call.principal, rights, account);
    if (who === undefined) strangers.add(call.principal);
    else
      for (const { ask, verdict } of judgeCall(who, call, account)) {
        const { action, resource } = ask;
        if (!verdict.isAllowed)
          denied.add(`${who.name} may not ${action} on ${resource}: ${verdict.why}.`);
        else used.add(`${keyOf(who.name)} ${verdict.by.Sid}`);
        for (const { Sid } of within(rights.boundary, who.boundary !== undefined))
          if (verdict.isAllowed && isUsed(rights.boundary, Sid, ask, who.tags))
            used.add(`boundary ${Sid}`);
      }
    account.saw(call);
  }
  return { denied: [...denied], strangers: [...strangers], used };
}

const keyOf = (name: string) => (name.startsWith("program") ? "program" : name);

const within = ({ Statement }: PolicyDocument, isAsked: boolean): readonly Statement[] =>
  isAsked ? [Statement].flat() : [];

function isUsed(
  { Statement }: PolicyDocument,
  sid: string | undefined,
  ask: Parameters<typeof appliesTo>[1],
  tags: Readonly<Record<string, string>>,
): boolean {
  const own = Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]);
  const context = { ...ask.context, ...Object.fromEntries(own) };
  return [Statement].flat().some((one) => one.Sid === sid && appliesTo(one, { ...ask, context }));
}

/** Statements that no call of the day needs, and why they stand all the same. */
export const REASONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["api", "schedule", "launch", "observe", "sweep", "feed", "definer", "roles"].map((name) => [
      `${name} OwnLogs`,
      "Lambda itself writes the function's log under its role",
    ]),
  ),
  "launch ListTasks":
    "an hour after a start whose answer was lost its token means nothing: test/functions/backends",
  "boundary ListOwnFiles": "programs that read a bucket themselves; the sidecar lists nothing",
  "roles RemoveRoles": "when a tenant or a zapp of it goes",
  "host SignIn": "the agent of ECS on a host of Batch, as it pulls images",
  "host PullImages": "the agent of ECS on a host of Batch",
  "host WriteLogs": "the log driver on a host of Batch",
  "host JoinCluster": "the agent of ECS on a host of Batch",
  "execution role SignIn": "ECS, before a program starts",
  "execution role PullImages": "ECS, before a program starts",
  "execution role WriteLogs": "ECS, for a program",
  "execution role ResolveSecrets":
    "ECS, before a program starts, for the secrets that its definition names",
};
