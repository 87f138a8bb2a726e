// Where control groups lie: from the tables of real machines; and what this machine allows.
import { existsSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { hierarchiesOf, memoryLimitWay, tellMemoryLimitWay } from "#local/memory-limit.ts";

const UNIFIED = `23 28 0:21 / /proc rw,nosuid - proc proc rw
31 24 0:27 / /sys/fs/cgroup rw,nosuid,nodev shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot`;
const HYBRID = `40 32 0:35 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
41 32 0:36 / /sys/fs/cgroup/memory rw,relatime shared:17 - cgroup cgroup rw,memory
42 32 0:37 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct`;
const IN_CONTAINER = `51 32 0:36 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory`;

test("on a unified system a group may lie in ours or in any above it", () => {
  const own = "0::/user.slice/user-1000.slice/session-3.scope\n";
  expect(hierarchiesOf(UNIFIED, own)).toEqual([
    {
      version: 2,
      controllers: ["memory"],
      parents: [
        "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope",
        "/sys/fs/cgroup/user.slice/user-1000.slice",
        "/sys/fs/cgroup/user.slice",
        "/sys/fs/cgroup",
      ],
    },
  ]);
});

test("on a hybrid system each controller has its own place", () => {
  const own = "9:memory:/batch/job\n4:cpu,cpuacct:/\n0::/\n";
  const [, memory, time] = hierarchiesOf(HYBRID, own);
  expect(memory).toMatchObject({
    version: 1,
    controllers: ["rw", "memory"],
    parents: ["/sys/fs/cgroup/memory/batch/job", "/sys/fs/cgroup/memory"],
  });
  expect(time).toMatchObject({ version: 1, parents: ["/sys/fs/cgroup/cpu,cpuacct"] });
});

test("in a container our group is the mount's own", () => {
  const own = "9:memory:/docker/abc\n";
  expect(hierarchiesOf(IN_CONTAINER, own)).toMatchObject([{ parents: ["/sys/fs/cgroup/memory"] }]);
});

test("without control groups there is nothing to try", () => {
  expect(hierarchiesOf("", "")).toEqual([]);
});

test("this machine's way is told in a sentence, and what it made is there", async () => {
  const way = await memoryLimitWay(`zoe-test-${process.pid}`);
  const sentence = tellMemoryLimitWay(way);
  if (way.kind === "sampler") expect(sentence).toContain("every 100 ms");
  else {
    expect(sentence).toContain("exact");
    expect(existsSync(way.folder)).toBe(true);
    for (const folder of [way.folder, way.cpuFolder]) if (folder) await rmdir(folder);
  }
});
