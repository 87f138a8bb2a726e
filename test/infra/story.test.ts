// The story plays the stack that is deployed: its names, mappings, limits and rules are the template's.
import { expect, test } from "vitest";
import type { AwsFunction } from "#shared/aws-names.ts";
import { MAPPINGS, RECEIVES, RULES, storyEnvironment, TIMEOUTS } from "#test/aws/story/settings.ts";
import { all, one, type Resource, ROLES, text } from "./look.ts";
import { templateOf } from "./synthesized.ts";

const template = templateOf();
const functionOf = (name: AwsFunction): Resource =>
  one(template, "AWS::Lambda::Function", ROLES[name]);

test.each(Object.keys(TIMEOUTS) as AwsFunction[])("%s has the time and the environment", (name) => {
  const { Timeout, Environment } = functionOf(name).Properties;
  expect(Timeout).toBe(TIMEOUTS[name]);
  const { NODE_OPTIONS: _, ...names } = (Environment as { Variables: Record<string, string> })
    .Variables;
  const played = storyEnvironment();
  expect(Object.keys(names).sort()).toEqual([...Object.keys(played), "ZOE_LOG"].sort());
  for (const [key, value] of Object.entries(names))
    if (/^(ZOE_STACK|ZOE_LOG_GROUP|ZOE_FARGATE\w*|ZOE_EC2_TENANTS|ZOE_RETENTION_DAYS)$/.test(key))
      expect(`${key} ${played[key] ?? ""}`).toBe(`${key} ${value}`);
});

const QUEUES = { decide: "Decide", launch: "Launch", events: "Event", feed: "Feed" } as const;

test.each(Object.entries(MAPPINGS))("%s is woken as the stack maps it", (name, mapping) => {
  const found = one(template, "AWS::Lambda::EventSourceMapping", ROLES[name as AwsFunction]);
  const { BatchSize, MaximumBatchingWindowInSeconds = 0, ScalingConfig } = found.Properties;
  expect(BatchSize).toBe(mapping.batchSize);
  expect(MaximumBatchingWindowInSeconds).toBe(mapping.windowSeconds);
  const most = "maximumConcurrency" in mapping ? mapping.maximumConcurrency : undefined;
  expect((ScalingConfig as { MaximumConcurrency?: number } | undefined)?.MaximumConcurrency).toBe(
    most,
  );
  const queue = one(template, "AWS::SQS::Queue", `Queues${QUEUES[mapping.queue]}`).Properties;
  expect(queue.VisibilityTimeout).toBe(6 * TIMEOUTS[name as AwsFunction]);
  expect((queue.RedrivePolicy as { maxReceiveCount: number }).maxReceiveCount).toBe(RECEIVES);
});

test("its rules bring what the stack's rules bring", () => {
  const patterns = all(template, "AWS::Events::Rule").flatMap(({ Properties: { EventPattern } }) =>
    EventPattern ? [shape(EventPattern)] : [],
  );
  expect(Object.values(RULES).map(shape).sort()).toEqual(patterns.sort());
});

/** With names as one word each: whose they are stands in other tests. */
function shape(pattern: object): string {
  return JSON.stringify(pattern, (key, value: unknown) =>
    key === "clusterArn" || key === "jobQueue" ? [value].flat().map(() => text("name")) : value,
  );
}
