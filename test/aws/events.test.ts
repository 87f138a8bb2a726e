// The double's EventBridge: who gets which event, how often and when.
import { beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "#test/contract/seeded-random.ts";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";
import { matches, type Pattern } from "./events/pattern.ts";
import { type EventManners, Events } from "./events.ts";
import { type Sqs, sqs } from "./sqs.ts";

const STOPPED = {
  source: "aws.ecs",
  "detail-type": "ECS Task State Change",
  detail: { clusterArn: "arn:c", lastStatus: "STOPPED", version: 4, attributes: ["a", "b"] },
};

describe("patterns", () => {
  const table: Record<string, readonly [Pattern, boolean]> = {
    "one of the values": [{ detail: { lastStatus: ["RUNNING", "STOPPED"] } }, true],
    "none of the values": [{ detail: { lastStatus: ["RUNNING"] } }, false],
    "all fields must match": [{ source: ["aws.ecs"], detail: { clusterArn: ["arn:d"] } }, false],
    "one value of a list": [{ detail: { attributes: ["b"] } }, true],
    "a number is no text": [{ detail: { version: ["4"] } }, false],
    "a field that is not there": [
      { detail: { arrayProperties: { index: [{ exists: false }] } } },
      true,
    ],
    "a field that must be there": [{ detail: { group: [{ exists: true }] } }, false],
    "a prefix": [{ detail: { clusterArn: [{ prefix: "arn:" }] } }, true],
    "anything but": [{ detail: { lastStatus: [{ "anything-but": ["STOPPED"] }] } }, false],
  };
  test.each(Object.entries(table))("%s", (_, [pattern, isWanted]) => {
    expect(matches(pattern, STOPPED)).toBe(isWanted);
  });

  test("what the double does not know it refuses", () => {
    const pattern = { detail: { version: [{ numeric: [">", 3] }] } };
    expect(() => matches(pattern, STOPPED)).toThrow("numeric");
  });
});

describe("delivery", () => {
  let clock: VirtualTimers;
  let double: Sqs;
  let queue: string;

  function start(manners?: EventManners): Events {
    clock = new VirtualTimers(Date.UTC(2026, 0, 1));
    double = sqs({ clock });
    queue = double.make("events");
    const events = new Events({ clock, sqs: double, ...(manners && { manners }) });
    events.add({ name: "tasks", pattern: { source: ["aws.ecs"] }, queue });
    return events;
  }
  let events: Events;
  beforeEach(() => {
    events = start();
  });
  const bodies = () =>
    double
      .queueAt(queue)
      ?.receive(10, 30, false)
      .map(({ body }) => JSON.parse(body));

  test("an event comes to the rule's queue as its targets see it", () => {
    events.put(STOPPED);
    events.put({ ...STOPPED, source: "aws.batch" });
    expect(bodies()).toEqual([
      {
        ...STOPPED,
        ...{ version: "0", id: expect.any(String), account: "123456789012", region: "us-east-1" },
        ...{ time: "2026-01-01T00:00:00Z", resources: [] },
      },
    ]);
  });

  test("by chance it comes twice, or late and behind the next", () => {
    const rates = { duplicate: 0.5, late: 0.5, mostLateMs: 5000 };
    events = start({ random: seededRandom(3), ...rates });
    for (let n = 0; n < 20; n++) events.put({ ...STOPPED, detail: { n } });
    clock.elapse(5000);
    const seen: number[] = [];
    for (let found = bodies(); found?.length; found = bodies())
      seen.push(...found.map(({ detail }) => detail.n));
    expect(seen.length).toBeGreaterThan(20);
    expect(new Set(seen).size).toBe(20);
    expect(seen).not.toEqual(seen.toSorted((a, b) => a - b));
  });

  test("a lost hour brings nothing", () => {
    events.lostUntil = clock.now() + 3_600_000;
    events.put(STOPPED);
    clock.elapse(3_600_000);
    expect(bodies()).toEqual([]);
    events.put(STOPPED);
    expect(bodies()).toHaveLength(1);
  });

  test("a rule of one minute ticks each minute until it is disabled", () => {
    const ticks: number[] = [];
    const disable = events.everyMinute("sweep", () => ticks.push(clock.now()));
    clock.elapse(185_000);
    expect(ticks.map((at) => at % 60_000)).toEqual([0, 0, 0]);
    disable();
    clock.elapse(600_000);
    expect(ticks).toHaveLength(3);
  });
});
