// Every call of a story as one line that a person reads: when, who, what was asked, the main things that were said, what came. Secrets never.
import type { RecordedCall } from "#test/aws/recorder.ts";

const MOST = 110;

/** `12.345 launch   ecs.RunTask  taskDefinition=... -> tasks=[...]`; times are seconds since `from`. */
export function storyLine(call: RecordedCall, from: number): string {
  const seconds = ((call.at - from) / 1000).toFixed(3).padStart(8);
  const who = whoOf(call.principal).padEnd(9);
  const what = `${call.service}.${call.operation}`.padEnd(30);
  const came = call.error
    ? `! ${call.error.code}: ${call.error.message}`
    : briefly(call.output ?? {}, OUTPUTS);
  const fault = call.fault === undefined ? "" : ` (${call.fault})`;
  return `${seconds}  ${who} ${what} ${cut(briefly(call.input, INPUTS), MOST)} -> ${cut(came, MOST)}${fault}`;
}

/** Functions by their name, programs by their role. */
function whoOf(principal: string): string {
  const name = principal.split("/").at(-1) ?? principal;
  return /^zoe-/.test(name) ? name.slice("zoe-".length) : name.replace(/^zoe_r_.*/, "program");
}

type Shown = Readonly<Record<string, (value: unknown) => string>>;

const plainly = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
const lastPart = (value: unknown) => String(value).split(/[/:]/).at(-1) ?? "";
const size = (value: unknown) => (Array.isArray(value) ? String(value.length) : "0");
const attribute = (value: unknown) => plainly(Object.values(Object(value))[0]);
const key = (value: unknown) => {
  const { pk, sk } = Object(value) as { pk?: unknown; sk?: unknown };
  return `${attribute(pk)} ${attribute(sk)}`;
};
const actions = (value: unknown) =>
  (value as readonly object[])
    .map((action) => {
      const [[kind = "", about] = []] = Object.entries(action);
      const { Key, Item } = about as { Key?: unknown; Item?: unknown };
      return `${kind.toLowerCase()} ${key(Key ?? Item)}`;
    })
    .join(", ");
const arns = (value: unknown) =>
  (value as readonly Record<string, unknown>[])
    .map((one) => `${lastPart(one.taskArn ?? one.jobId)} ${one.lastStatus ?? one.status ?? ""}`)
    .join(", ");

/** What of a request is worth a reader's while. What is not named here is left out: so no secret is ever shown. */
const INPUTS: Shown = {
  TableName: (value) => String(value).replace(/^zoe-/, ""),
  Key: key,
  Item: key,
  TransactItems: actions,
  RequestItems: (value) => Object.keys(Object(value)).map(lastPart).join(),
  ExpressionAttributeValues: (value) => plainly(Object.values(Object(value)).map(attribute)[0]),
  QueueUrl: lastPart,
  QueueName: plainly,
  Entries: (value) => `${size(value)} entries`,
  MaxNumberOfMessages: plainly,
  taskDefinition: (value) => String(value).split("/").at(-1) ?? "",
  family: plainly,
  count: plainly,
  startedBy: plainly,
  jobName: plainly,
  jobQueue: lastPart,
  jobDefinitionName: plainly,
  tasks: size,
  jobs: size,
  arrayProperties: plainly,
  task: lastPart,
  jobId: plainly,
  reason: plainly,
  RoleName: plainly,
  FunctionName: plainly,
  logStreamName: plainly,
  Bucket: plainly,
  Prefix: plainly,
};

const OUTPUTS: Shown = {
  Item: () => "found",
  Items: (value) => `${size(value)} items`,
  Responses: () => "read",
  Messages: (value) => `${size(value)} messages`,
  Failed: (value) => (size(value) === "0" ? "" : `${size(value)} failed`),
  Successful: (value) => `${size(value)} done`,
  QueueUrl: lastPart,
  tasks: arns,
  jobs: arns,
  failures: (value) => (size(value) === "0" ? "" : plainly(value)),
  jobId: plainly,
  taskDefinition: (value) => String(Object(value).taskDefinitionArn).split("/").at(-1) ?? "",
  jobDefinitionArn: lastPart,
  taskArns: (value) => `${size(value)} tasks`,
  jobSummaryList: (value) => `${size(value)} jobs`,
  Role: (value) => plainly(Object(value).RoleName),
  events: (value) => `${size(value)} lines`,
  Contents: (value) => `${size(value)} objects`,
};

function briefly(value: object, shown: Shown): string {
  const parts = Object.entries(value).flatMap(([name, part]) => {
    const show = shown[name];
    if (show === undefined || part === undefined) return [];
    const text = show(part);
    return text === "" ? [] : [name === "Key" && "Bucket" in value ? String(part) : text];
  });
  return parts.length === 0 ? "ok" : parts.join(" ");
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 3)}...`;
}
