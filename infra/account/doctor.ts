// Whether an account is ready and a stack well: `zoe doctor --aws` asks, and `npm run deploy` asks first.
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { AccountClients } from "./clients.ts";
import { QUOTAS, quotaValue } from "./quotas.ts";
import { BOOTSTRAP, findStack, outputsOf } from "./stacks.ts";

export interface Finding {
  readonly what: string;
  readonly isGood: boolean;
  readonly detail: string;
}

export async function lookAtAccount(clients: AccountClients): Promise<readonly Finding[]> {
  const who = await credentials(clients);
  if (!who.isGood) return [who];
  return [who, await bootstrap(clients), ...(await quotas(clients))];
}

export async function lookAtStack(
  clients: AccountClients,
  name: string,
): Promise<readonly Finding[]> {
  const stack = await findStack(clients.stacks, name);
  if (stack === undefined)
    return [{ what: "stack", isGood: false, detail: `There is no ${name} here: npm run deploy.` }];
  const outputs = outputsOf(stack);
  const isWhole = /^(CREATE|UPDATE)_COMPLETE$/.test(stack.StackStatus ?? "");
  const missing = ["Address", "Cluster", "Bucket", "DeadLetters"].filter((key) => !outputs[key]);
  return [
    { what: "stack", isGood: isWhole, detail: `${name}, ${stack.StackStatus}` },
    {
      what: "outputs",
      isGood: missing.length === 0,
      detail: missing.length === 0 ? `${outputs.Address}` : `missing: ${missing.join(", ")}`,
    },
    ...(outputs.DeadLetters ? [await deadLetters(clients, outputs.DeadLetters)] : []),
  ];
}

async function credentials({ sts }: AccountClients): Promise<Finding> {
  const what = "account";
  try {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
    const region = await sts.config.region();
    return { what, isGood: true, detail: `${Account}, ${region}, as ${Arn}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const help = "Sign in (aws sso login, or AWS_PROFILE) and name a region (AWS_REGION).";
    return { what, isGood: false, detail: `AWS does not know you: ${reason} ${help}` };
  }
}

async function bootstrap({ stacks }: AccountClients): Promise<Finding> {
  const isGood = (await findStack(stacks, BOOTSTRAP)) !== undefined;
  const detail = isGood ? "done" : "not done in this region: npx cdk bootstrap";
  return { what: "bootstrap", isGood, detail };
}

/** A small quota is no fault, but it is why something will wait. */
async function quotas({ quotas: client }: AccountClients): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const quota of QUOTAS) {
    const value = await quotaValue(client, quota);
    const said = value === undefined ? `AWS does not say; a new account has ${quota.usual}` : value;
    const isGood = value !== undefined && value >= quota.enough;
    const help = isGood ? "" : `; ask for ${quota.enough} or more: ${quota.why}`;
    findings.push({ what: "quota", isGood, detail: `${quota.what}: ${said}${help}` });
  }
  return findings;
}

async function deadLetters({ sqs }: AccountClients, QueueUrl: string): Promise<Finding> {
  const AttributeNames = ["ApproximateNumberOfMessages" as const];
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames }),
  );
  const n = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  const detail = n === 0 ? "none" : `${n} between functions: docs/deploy.md says what to do`;
  return { what: "dead letters", isGood: n === 0, detail };
}
