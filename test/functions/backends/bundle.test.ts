// What may share a call to AWS, and how it is named there.
import { expect, test } from "vitest";
import { bundles } from "#functions/backends/bundle.ts";
import { jobName, readJobName, readStartedBy, startedBy } from "#functions/backends/bundle-name.ts";
import { canonical, hashOf } from "#functions/backends/content-name.ts";
import { aBundle, aLaunch } from "./a-launch.ts";

const at = (index: number, service = "main", generation = 1) =>
  aLaunch({ instance: { index, service, generation } });

const indices = (most: number, ...requests: ReturnType<typeof at>[]) =>
  bundles(requests, () => most).map((group) =>
    group.map(({ instance }) => `${instance.service}${instance.index}.${instance.generation}`),
  );

test("copies whose numbers follow one another share a call, as many as it takes", () => {
  expect(indices(3, at(4), at(0), at(1), at(2), at(3))).toEqual([
    ["main0.1", "main1.1", "main2.1"],
    ["main3.1", "main4.1"],
  ]);
});

test("a gap, another service or generation begins a new one; a repeat is left out", () => {
  expect(indices(10, at(0), at(0), at(2), at(3, "other"), at(3, "main", 2))).toEqual([
    ["main0.1"],
    ["main2.1"],
    ["main3.2"],
    ["other3.1"],
  ]);
});

test("its names lead back to it, services with hyphens and digits too", () => {
  const bundle = aBundle(
    { instance: { service: "spark-2-1", generation: 12 } },
    { from: 3, size: 2 },
  );
  const { requests, ...id } = bundle;
  expect(readStartedBy(startedBy(bundle))).toEqual(id);
  expect(readJobName(jobName(bundle))).toEqual(id);
  expect(requests).toHaveLength(2);
});

test("names fit ECS and Batch at their longest", () => {
  const instance = {
    executionId: `exe_${"0".repeat(26)}`,
    service: "s".repeat(63),
    generation: 999,
  };
  const bundle = aBundle({ instance }, { from: 9999, size: 1 });
  expect(startedBy(bundle)).toMatch(/^[A-Za-z0-9_/-]{1,128}$/);
  expect(jobName({ ...bundle, size: 10_000 })).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/);
});

test("what others started is not ours", () => {
  for (const text of ["ecs-svc/1234", "somebody", "a/b/c/d/e/f", "exe/Main/1/0/1/1"])
    expect(readStartedBy(text)).toBeUndefined();
  expect(readJobName("my-job")).toBeUndefined();
});

test("content is called the same in whatever order it is written", () => {
  expect(canonical({ b: [{ d: 1, c: undefined }], a: 2 })).toBe('{"a":2,"b":[{"d":1}]}');
  expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
  expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: 2 }));
});
