// What holds the seeds of the AWS body against the invariants can fail.
import { expect, test } from "vitest";
import type { InstanceSpec } from "#shared/container-group.ts";
import { Guard } from "./guard.ts";

test("the guard sees a start beside one that runs, and none after it has ended", () => {
  const guard = new Guard();
  const generation = (n: number, run: InstanceSpec["run"] = "once") =>
    ({ executionId: "exe_1", service: "main", run, generation: n }) as InstanceSpec;
  let isRunning = true;
  guard.starts(generation(1), 0, () => isRunning);
  guard.starts(generation(1), 1, () => true);
  guard.starts(generation(1, "worker"), 0, () => true);
  expect(guard.violations).toEqual([]);
  guard.starts(generation(2), 0, () => isRunning);
  expect(guard.violations).toEqual(["invariant 2: exe_1/main-0 runs twice: generations 1 and 2."]);
  isRunning = false;
  guard.starts(generation(3), 0, () => true);
  expect(guard.twice).toBe(1);
});

test("the guard sees a state that moved where it may not, of writes that were committed", () => {
  const guard = new Guard();
  const write = (state: string, output?: object, token?: string) =>
    guard.heard({
      ...{ at: 0, service: "dynamodb", operation: "TransactWriteItems", principal: "" },
      input: {
        ...(token && { ClientRequestToken: token }),
        TransactItems: [
          {
            Update: {
              Key: { pk: { S: "exe#exe_1" }, sk: { S: "meta" } },
              ExpressionAttributeValues: {
                ":0": { M: { id: { S: "exe_1" }, state: { S: state }, round: { N: "1" } } },
              },
            },
          },
        ],
      },
      ...(output && { output }),
    });
  write("queued", {}, "first");
  write("ended");
  write("starting", {});
  // Its first answer was lost: DynamoDB answers the repeat, and writes nothing.
  write("queued", {}, "first");
  expect(guard.violations).toEqual([]);
  write("queued", {});
  expect(guard.violations).toEqual(["invariant 6: exe_1 went from starting to queued."]);
});
