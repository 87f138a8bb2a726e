// The evaluator, checked by tables of its own: each row is a sentence of IAM's user guide.
import { describe, expect, test } from "vitest";
import { faultsOf } from "./authorization.ts";
import { evaluate, type PolicyDocument, type Statement } from "./policy.ts";

const QUEUE = "arn:aws:sqs:us-east-1:123456789012:zoe_t_1";

function allow(bend: Partial<Statement> = {}): PolicyDocument {
  return { Statement: [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: QUEUE, ...bend }] };
}

function may(
  policy: PolicyDocument,
  ask: { action?: string; resource?: string; context?: Record<string, string | string[]> } = {},
  boundary?: PolicyDocument,
) {
  const principal = { policies: [policy], ...(boundary && { boundary }) };
  const verdict = evaluate(principal, {
    action: "sqs:SendMessage",
    resource: QUEUE,
    context: {},
    ...ask,
  });
  return verdict.isAllowed ? "allowed" : verdict.why;
}

describe("a call", () => {
  const both = (other: Statement): PolicyDocument => ({
    Statement: [...(allow().Statement as Statement[]), other],
  });
  const TABLE: Readonly<Record<string, [PolicyDocument, string, string]>> = {
    "is denied unless something allows it": [{ Statement: [] }, QUEUE, "notAllowed"],
    "is allowed by a statement of its action and resource": [allow(), QUEUE, "allowed"],
    "is not by one of another action": [
      allow({ Action: "sqs:ReceiveMessage" }),
      QUEUE,
      "notAllowed",
    ],
    "is by a pattern of actions, whatever their case": [
      allow({ Action: ["SQS:send*"] }),
      QUEUE,
      "allowed",
    ],
    "is by a pattern of resources": [
      allow({ Resource: "arn:aws:sqs:*:123456789012:zoe_t_?" }),
      QUEUE,
      "allowed",
    ],
    "is not on another account's resource": [allow(), QUEUE.replace("1234", "9234"), "notAllowed"],
    "is not when a star would have to span parts of the ARN": [
      allow({ Resource: "arn:aws:sqs:*:zoe_t_1" }),
      QUEUE,
      "notAllowed",
    ],
    "is denied by a denial, whatever allows it": [
      both({ Effect: "Deny", Action: "sqs:*", Resource: "*" }),
      QUEUE,
      "denied",
    ],
  };
  for (const [fact, [policy, resource, verdict]] of Object.entries(TABLE))
    test(fact, () => expect(may(policy, { resource })).toBe(verdict));

  test("must be inside the boundary too, which allows nothing by itself", () => {
    expect(may(allow(), {}, allow({ Resource: "*" }))).toBe("allowed");
    expect(may(allow(), {}, allow({ Action: "s3:GetObject", Resource: "*" }))).toBe("boundary");
    expect(may({ Statement: [] }, {}, allow())).toBe("notAllowed");
  });
});

describe("a condition", () => {
  const TABLE: Readonly<
    Record<string, [Statement["Condition"], Record<string, string | string[]>, boolean]>
  > = {
    "StringEquals: the same": [{ StringEquals: { "a:b": "x" } }, { "a:b": "x" }, true],
    "StringEquals: a star is a star": [{ StringEquals: { "a:b": "x*" } }, { "a:b": "xy" }, false],
    "StringEquals: no such key, no": [{ StringEquals: { "a:b": "x" } }, {}, false],
    "any of the values is enough": [{ StringEquals: { "a:b": ["x", "y"] } }, { "a:b": "y" }, true],
    "all keys must hold": [{ StringEquals: { "a:b": "x", "a:c": "y" } }, { "a:b": "x" }, false],
    "all operators must hold": [
      { StringEquals: { "a:b": "x" }, StringLike: { "a:b": "z*" } },
      { "a:b": "x" },
      false,
    ],
    "keys have no case, values have": [{ StringEquals: { "A:B": "x" } }, { "a:b": "X" }, false],
    "IfExists: no such key, yes": [{ StringEqualsIfExists: { "a:b": "x" } }, {}, true],
    "IfExists: another value, no": [
      { StringEqualsIfExists: { "a:b": "x" } },
      { "a:b": "y" },
      false,
    ],
    "StringNotEquals: no such key, yes": [{ StringNotEquals: { "a:b": "x" } }, {}, true],
    "StringNotEquals: none of the values": [
      { StringNotEquals: { "a:b": ["x", "y"] } },
      { "a:b": "y" },
      false,
    ],
    "StringLike: stars and question marks": [
      { StringLike: { "a:b": "t?/*" } },
      { "a:b": "t1/x/y" },
      true,
    ],
    "ArnEquals: part by part": [
      { ArnEquals: { "a:b": "arn:aws:ecs:*:1:cluster/zoe" } },
      { "a:b": "arn:aws:ecs:x:1:cluster/zoe" },
      true,
    ],
    "ArnLike: no star over a colon": [
      { ArnLike: { "a:b": "arn:aws:ecs:*:cluster/zoe" } },
      { "a:b": "arn:aws:ecs:x:1:cluster/zoe" },
      false,
    ],
    Bool: [{ Bool: { "a:b": "false" } }, { "a:b": "false" }, true],
    "Null true: there must be no such key": [{ Null: { "a:b": "true" } }, { "a:b": "x" }, false],
    "Null false: there must be one": [{ Null: { "a:b": "false" } }, {}, false],
    "ForAllValues: all of them": [
      { "ForAllValues:StringLike": { "a:b": ["t#*"] } },
      { "a:b": ["t#1", "u#1"] },
      false,
    ],
    "ForAllValues: of none, all": [{ "ForAllValues:StringLike": { "a:b": ["t#*"] } }, {}, true],
    "ForAllValues with Null false: of none, no": [
      { "ForAllValues:StringLike": { "a:b": ["t#*"] }, Null: { "a:b": "false" } },
      {},
      false,
    ],
    "ForAnyValue: one of them": [
      { "ForAnyValue:StringEquals": { "a:b": ["x"] } },
      { "a:b": ["y", "x"] },
      true,
    ],
  };
  for (const [fact, [Condition, context, isHeld]] of Object.entries(TABLE))
    test(fact, () =>
      expect(may(allow({ Condition: Condition ?? {} }), { context })).toBe(
        isHeld ? "allowed" : "notAllowed",
      ),
    );

  test("that it does not know is no answer", () => {
    const newer = allow({ Condition: { DateGreaterThan: { "aws:CurrentTime": "2026-01-01" } } });
    expect(() => may(newer, { context: { "aws:CurrentTime": "x" } })).toThrow(/DateGreaterThan/);
    const not = allow({ NotAction: "sqs:*" } as never);
    expect(() => may(not)).toThrow(/NotAction/);
    const many = allow({ Condition: { StringEquals: { "a:b": "x" } } });
    expect(() => may(many, { context: { "a:b": ["x", "y"] } })).toThrow(/one value/);
  });
});

describe("a variable", () => {
  const files = allow({
    Action: "s3:GetObject",
    Resource: "arn:aws:s3:::b/tenants/${aws:PrincipalTag/tenant}/*",
  });
  const get = (tenant: string | undefined, key: string) =>
    may(files, {
      ...{ action: "s3:GetObject", resource: `arn:aws:s3:::b/${key}` },
      context: tenant === undefined ? {} : { "aws:PrincipalTag/tenant": tenant },
    });

  test("stands for the principal's tag", () => {
    expect(get("physics", "tenants/physics/x")).toBe("allowed");
    expect(get("physics", "tenants/chemistry/x")).toBe("notAllowed");
  });

  test("without a value matches nothing", () => {
    expect(get(undefined, "tenants/undefined/x")).toBe("notAllowed");
  });

  test("stands for text: a star in it is a star", () => {
    expect(get("*", "tenants/physics/x")).toBe("notAllowed");
    expect(get("*", "tenants/*/x")).toBe("allowed");
  });

  test("stands in conditions too", () => {
    const items = allow({
      Condition: {
        "ForAllValues:StringLike": { "dynamodb:LeadingKeys": "${aws:PrincipalTag/t}#*" },
      },
    });
    const context = (key: string) => ({ "aws:PrincipalTag/t": "a", "dynamodb:LeadingKeys": [key] });
    expect(may(items, { context: context("a#1") })).toBe("allowed");
    expect(may(items, { context: context("b#1") })).toBe("notAllowed");
  });
});

describe("a question", () => {
  const RUN = {
    action: "ecs:RunTask",
    resource: "arn:aws:ecs:us-east-1:123456789012:task-definition/zoe_d_1:1",
    context: { "ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/zoe" },
  };
  test("that AWS knows has no fault", async () => {
    expect(await faultsOf(RUN)).toEqual([]);
    expect(await faultsOf({ action: "batch:ListJobs", resource: "*", context: {} })).toEqual([]);
  });

  test("with a slip is told where", async () => {
    expect(await faultsOf({ ...RUN, action: "ecs:RunTasks" })).toEqual([
      "There is no action ecs:RunTasks.",
    ]);
    expect(await faultsOf({ ...RUN, resource: QUEUE })).toEqual([
      expect.stringContaining("no resource like"),
    ]);
    expect(await faultsOf({ ...RUN, context: { "ecs:clustre": "x" } })).toEqual([
      "There is no condition key ecs:clustre of ecs.",
    ]);
  });
});
