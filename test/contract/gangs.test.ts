// The contract of gangs over every backend that can be had on one machine.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { LaunchRequest } from "#functions/backend.ts";
import { type Part, SimulatedBackend, type Stage } from "#local/backends/simulated.ts";
import { gangAgent } from "#local/gang-agent.ts";
import { callNode } from "#local/gang-call.ts";
import type { InstanceId } from "#shared/instance.ts";
import { isInstalled } from "#test/installed.ts";
import { gangOf } from "#test/local/gang-requests.ts";
import { CAPACITY, openProcessBody, processesWith } from "#test/local/process-body.ts";
import { EventLog, type Play } from "./backend.ts";
import { type GangBody, gangContract } from "./gangs.ts";
import { commandFor } from "./plays.ts";

if (isInstalled("gcc"))
  gangContract("process", openProcesses, { cpu: CAPACITY.cpu, isEntered: true });
else describe.skip("gangs: process", () => test("needs gcc, for the agent of gangs", () => {}));

test.skipIf(!isInstalled("gcc"))("srun ends as the worst of its tasks did", async () => {
  const body = await openProcesses();
  try {
    const text =
      "srun --mpi=none -n 9 echo x > all && test $(wc -l < all) = 9 && exec srun --mpi=none -n 9 sh -c 'exit $ZOE_RANK'";
    const nodes = gangOf({ kind: "shell", text }, 3);
    await body.backend.launch(nodes);
    const [first] = nodes;
    expect(first && (await body.events.outcome(first))).toMatchObject({ exitCode: 8 });
  } finally {
    await body.close();
  }
});

let agent: Promise<string> | undefined;
const folder = mkdtempSync(join(tmpdir(), "zoe-gang-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function openProcesses(): Promise<GangBody> {
  const body = await openProcessBody({
    gangAgent: () => {
      agent ??= gangAgent(folder);
      return agent;
    },
    secrets: async (_, names) => Object.fromEntries(names.map((name) => [name, "s3cret"])),
  });
  return { ...body, gang: (play, nodes, bend) => gangOf(commandFor(play), nodes, bend), lose };
}

/** Its processes are killed. */
function lose({ service, index, generation }: InstanceId): void {
  const mark = `/${service}-${index}.${generation}\0`;
  for (const pid of processesWith(mark)) {
    if (readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("zoe-gang"))
      process.kill(pid, "SIGKILL");
  }
}

gangContract("simulated", openSimulated);

async function openSimulated(): Promise<GangBody> {
  const events = new EventLog();
  const stages: Stage[] = [];
  const plays = new Map<InstanceId, Play>();
  const backend = new SimulatedBackend({
    name: "simulated",
    capabilities: {
      ...{ engine: "simulated", runs: ["gang"], capacity: CAPACITY, largest: CAPACITY },
      ...{ features: [], remembers: true, catalogueOnly: false },
    },
    now: Date.now,
    later: (ms, act) => setTimeout(act, ms),
    tell: (event) => events.add(event),
    cast: ({ instance }): Part => ({
      ...{ reply: "launched", startsAfterMs: 1 },
      play: (stage) => {
        stages.push(stage);
        perform(stage, plays.get(instance));
      },
    }),
    graceMs: 5,
  });
  return {
    ...{ backend, events, close: async () => {} },
    gang: (play, nodes, bend) => {
      const requests = gangOf(commandFor(play), nodes, bend);
      if (requests[0]) plays.set(requests[0].instance, play);
      return requests;
    },
    lose: (node) => {
      const stage = stages.find(({ request }) => request.instance.index === node.index);
      stage?.end({ kind: "lost", reason: `Node ${node.index} was lost.` });
    },
  };
}

function perform(stage: Stage, play: Play | undefined): void {
  if (play?.does === "succeed") stage.end({ kind: "succeeded" });
  if (play?.does === "fail")
    stage.end({ kind: "failed", code: "exit", reason: "It failed.", exitCode: play.exitCode });
}

test.skipIf(!isInstalled("gcc"))(
  "a node serves nobody who does not know its gang's secret",
  async () => {
    const body = await openProcesses();
    try {
      const nodes = gangOf(commandFor({ does: "stay" }), 2);
      await body.backend.launch(nodes);
      await Promise.all(nodes.map((node) => body.events.running(node)));
      const places = await placesOf(body, nodes);
      expect(places).toHaveLength(2);
      for (const place of places) {
        expect(await callNode({ ...place, secret: "guessed" }, ["true"])).toEqual({
          kind: "missing",
        });
        const known = await callNode({ ...place, secret: "s3cret" }, ["true"]);
        expect(known).toMatchObject({ kind: "ended", exitCode: 0 });
      }
      const ids = nodes.map(({ instance }) => instance);
      await body.backend.stop(ids, { kind: "cancelled", by: "ada" });
      await Promise.all(nodes.map((node) => body.events.outcome(node)));
    } finally {
      await body.close();
    }
  },
);

/** Once the nodes have found each other. */
async function placesOf({ backend }: GangBody, nodes: readonly LaunchRequest[]) {
  for (let tries = 0; tries < 1000; tries++) {
    const words = ["sh", "-c", "cat $ZOE_GANG_FOLDER/hosts"];
    const reply = nodes[0] && (await backend.exec?.(nodes[0].instance, words));
    if (reply?.kind === "ended" && reply.exitCode === 0)
      return [...reply.stdout.matchAll(/^\S+ (\S+) (\d+) /gm)].map(
        ([, address = "", port = ""]) => ({ address, port: Number(port) }),
      );
  }
  return [];
}
