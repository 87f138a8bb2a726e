// The backend contract over real containers, with every runtime that is at hand.
import { test } from "vitest";
import type { Command } from "#shared/zapp.ts";
import { BASE_IMAGE, openContainerBody, runtimesHere } from "#test/local/container-body.ts";
import { aRequest, CAPACITY } from "#test/local/process-body.ts";
import { backendContract, type Play, type RequestOptions } from "./backend.ts";

const runtimes = await runtimesHere();
if (runtimes.length === 0) test.skip("no container runtime answers here", () => {});

for (const { name, dockerHost } of runtimes) {
  backendContract(
    `container, ${name}`,
    async () => {
      const body = await openContainerBody({ dockerHost });
      return { ...body, request: aContainer };
    },
    { capacity: CAPACITY, admits: true, memoryLimits: true, timeLimits: true },
  );
}

function aContainer(play: Play, { instance, shape, maxTimeSeconds }: RequestOptions = {}) {
  const resources = { cpu: 0.05, memoryMib: 64, gpu: 0, ...shape };
  return aRequest(commandFor(play), {
    ...(instance && { instance }),
    service: {
      ...{ image: BASE_IMAGE, resources },
      ...(maxTimeSeconds !== undefined && { maxTimeSeconds }),
    },
  });
}

function commandFor(play: Play): Command {
  switch (play.does) {
    case "succeed":
      return { kind: "exec", words: ["true"] };
    case "fail":
      return { kind: "shell", text: `exit ${play.exitCode}` };
    case "stay":
      return { kind: "exec", words: ["sleep", "600"] };
    case "ignoreStops":
      return { kind: "shell", text: "trap '' TERM; while :; do sleep 600; done" };
    case "takeMemory":
      // tail keeps what it reads until a line ends, which never comes.
      return { kind: "exec", words: ["tail", "/dev/zero"] };
  }
}
