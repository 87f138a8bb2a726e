// The price of a stack: nothing without a price rule, at most a dollar a month while idle, and the bills of given workloads.
import { describe, expect, test } from "vitest";
import { idleBill, type TemplateJson } from "#infra/cost/idle.ts";
import { PRICES, total, usdOf } from "#infra/cost/prices.ts";
import { RULES } from "#infra/cost/rules.ts";
import { asJson, tell } from "#infra/cost/tell.ts";
import { workloads } from "#infra/cost/workloads.ts";
import { templateOf } from "./synthesized.ts";

const jsonOf = (environment?: Record<string, string>) =>
  templateOf(environment).toJSON() as TemplateJson;
const plain = jsonOf();
const ALL_OPTIONS = {
  ZOE_ALARM_EMAIL: "ops@example.org",
  ZOE_BUDGET_USD: "50",
  ZOE_DOMAIN: "zoe.example.org",
  ZOE_CERTIFICATE_ARN: "arn:aws:acm:us-east-1:111122223333:certificate/1",
  ZOE_ZONES: "3",
};

function withResource(resource: { Type: string; Properties?: Record<string, unknown> }) {
  return { Resources: { ...plain.Resources, Slipped: resource } };
}

describe("the idle bill", () => {
  const bill = idleBill(plain);

  test("is at most a dollar a month, with every option too", () => {
    expect(total(bill.items)).toBeLessThanOrEqual(1);
    expect(total(idleBill(jsonOf(ALL_OPTIONS)).items)).toBeLessThanOrEqual(1);
  });

  test("names each item with a reason, and no two alike", () => {
    const names = bill.items.map(({ what }) => what);
    expect(new Set(names).size).toBe(names.length);
    for (const item of bill.items) {
      expect(item.because).not.toBe("");
      expect(usdOf(item)).toBeGreaterThan(0);
    }
  });

  test("has every type of the template, as an item or as free with a reason", () => {
    const types = new Set(Object.values(plain.Resources).map(({ Type }) => Type));
    const free = new Set(bill.free.map(({ type }) => type));
    const paid = [...types].filter((type) => !free.has(type)).sort();
    expect(paid).toEqual([
      "AWS::CloudWatch::Alarm",
      "AWS::DynamoDB::Table",
      "AWS::Events::Rule",
      "AWS::Lambda::EventSourceMapping",
      "AWS::S3::Bucket",
    ]);
  });

  test("counts five pollers where concurrency has a maximum, two elsewhere", () => {
    const asked = bill.items.filter(({ what }) => what.startsWith("Asking"));
    expect(asked.map(({ quantity }) => quantity / (730 * 180)).sort()).toEqual([2, 2, 2, 5]);
  });

  test("a clinical stack has a rule for everything too, and pays for its key", () => {
    const clinical = idleBill(jsonOf({ ...ALL_OPTIONS, ZOE_CLINICAL: "true" }));
    expect(clinical.items.map(({ price }) => price)).toContain("key");
  });
});

const SLIPPED: Readonly<Record<string, { Type: string; Properties?: Record<string, unknown> }>> = {
  "a NAT gateway": { Type: "AWS::EC2::NatGateway" },
  "a load balancer": { Type: "AWS::ElasticLoadBalancingV2::LoadBalancer" },
  "an interface endpoint": {
    Type: "AWS::EC2::VPCEndpoint",
    Properties: { VpcEndpointType: "Interface" },
  },
  "a cluster with Container Insights": {
    Type: "AWS::ECS::Cluster",
    Properties: { ClusterSettings: [{ Name: "containerInsights", Value: "enabled" }] },
  },
  "a rule of another schedule": {
    Type: "AWS::Events::Rule",
    Properties: { ScheduleExpression: "rate(5 minutes)" },
  },
};

describe("no price is guessed:", () => {
  for (const [what, resource] of Object.entries(SLIPPED)) {
    test(`${what} is refused`, () => {
      expect(() => idleBill(withResource(resource))).toThrow(/price/);
    });
  }

  test("no rule is left over from a type that the stack no longer has", () => {
    const types = [plain, jsonOf({ ...ALL_OPTIONS, ZOE_CLINICAL: "true" })]
      .flatMap(({ Resources }) => Object.values(Resources))
      .map(({ Type }) => Type);
    expect(Object.keys(RULES).filter((type) => !types.includes(type))).toEqual([]);
  });

  test("each has a day and a source, and is used", () => {
    const used = new Set(
      [
        ...idleBill(jsonOf({ ZOE_CLINICAL: "true" })).items,
        ...workloads().flatMap(({ items }) => items),
      ].map(({ price }) => price as string),
    );
    for (const [name, { usd, date, source }] of Object.entries(PRICES)) {
      expect(usd).toBeGreaterThan(0);
      expect(date).toMatch(/^2026-\d\d-\d\d$/);
      expect(source).not.toBe("");
      if (name !== "secret") expect(used).toContain(name);
    }
  });
});

describe("workloads", () => {
  const usd = Object.fromEntries(workloads().map(({ name, items }) => [name, total(items)]));

  test("are the four that were asked for, none free", () => {
    expect(Object.keys(usd)).toEqual([
      "1,000 zapps a day",
      "1,000,000 tasks",
      "A reconstruction",
      "25 lab sessions",
    ]);
    for (const sum of Object.values(usd)) expect(sum).toBeGreaterThan(0.5);
  });

  test("each counts its public addresses", () => {
    for (const { items } of workloads())
      expect(items.map(({ price }) => price)).toContain("address");
  });

  test("a million tasks cost about 1.40 USD of tables and queues", () => {
    const items = workloads().find(({ name }) => name === "1,000,000 tasks")?.items ?? [];
    const moved = items.filter(
      ({ price }) => /database|sqs/.test(price) && price !== "databaseStorage",
    );
    expect(total(moved)).toBeGreaterThan(1.2);
    expect(total(moved)).toBeLessThan(1.6);
  });

  test("a reconstruction pays for boot, pull and tail, which is more than its work", () => {
    const hosts = workloads()
      .find(({ name }) => name === "A reconstruction")
      ?.items.find(({ price }) => price === "g5.xlarge");
    expect(hosts?.quantity).toBeGreaterThan((60 * 20) / 60);
  });
});

test("both ways to read it agree", () => {
  const bill = idleBill(plain);
  const json = asJson(bill, workloads()) as { idle: { usd: number } };
  expect(tell(bill, workloads())).toMatch(new RegExp(`Together +${json.idle.usd.toFixed(4)}`));
});
