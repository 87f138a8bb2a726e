// The contract of a backend that runs gangs: all nodes or none, node 0's end decides, a lost node takes the others with it.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Backend, LaunchRequest } from "#functions/backend.ts";
import type { InstanceId, Outcome } from "#shared/instance.ts";
import type { EventLog, Play } from "./backend.ts";

export interface GangBody {
  readonly backend: Backend;
  readonly events: EventLog;
  /** The nodes of one gang; `play` is what node 0's program does. */
  gang(play: Play, nodes: number, bend?: GangBend): readonly LaunchRequest[];
  /** The node's machine goes. */
  lose(node: InstanceId): Promise<void> | void;
  close(): Promise<void>;
}

export interface GangBend {
  readonly generation?: number;
  /** Of each node. */
  readonly cpu?: number;
}

export interface GangFeatures {
  /** vCPU that the body of a test can hold; undefined where it queues what it can't. */
  readonly cpu?: number;
  /** Commands can be run beside its programs. */
  readonly isEntered?: boolean;
}

const STOPPED: Outcome = { kind: "cancelled", by: "ada" };

export function gangContract(
  name: string,
  open: () => Promise<GangBody>,
  { cpu, isEntered = false }: GangFeatures = {},
): void {
  describe(`gangs: ${name}`, () => {
    let body: GangBody;
    let backend: Backend;
    beforeEach(async () => {
      body = await open();
      backend = body.backend;
    });
    afterEach(() => body.close());

    const idsOf = (nodes: readonly LaunchRequest[]) => nodes.map(({ instance }) => instance);
    const outcomes = (nodes: readonly LaunchRequest[]) =>
      Promise.all(nodes.map((node) => body.events.outcome(node)));
    const running = (nodes: readonly LaunchRequest[]) =>
      Promise.all(nodes.map((node) => body.events.running(node)));

    test("node 0's success ends the others, who are told to go", async () => {
      const nodes = body.gang({ does: "succeed" }, 3);
      expect(await backend.launch(nodes)).toMatchObject(nodes.map(() => ({ kind: "launched" })));
      const [first, ...others] = await outcomes(nodes);
      expect(first).toEqual({ kind: "succeeded" });
      expect(others.map(({ kind }) => kind)).toEqual(["cancelled", "cancelled"]);
      expect(await backend.list()).toEqual([]);
    });

    test("node 0's failure is told with its exit code", async () => {
      const nodes = body.gang({ does: "fail", exitCode: 75 }, 2);
      await backend.launch(nodes);
      const [first] = await outcomes(nodes);
      expect(first).toMatchObject({ kind: "failed", exitCode: 75 });
    });

    test("a lost node takes the others with it, and node 0 is told as lost", async () => {
      const nodes = body.gang({ does: "stay" }, 3);
      await backend.launch(nodes);
      await running(nodes);
      await body.lose({ ...nodes[0]!.instance, index: 2 });
      const [first, second] = await outcomes(nodes);
      expect(first).toMatchObject({ kind: "lost", reason: expect.stringContaining("ode") });
      expect(second?.kind).not.toBe("succeeded");
      expect(await backend.list()).toEqual([]);
    });

    test("a launch that is repeated is answered the same, and runs once", async () => {
      const nodes = body.gang({ does: "stay" }, 2);
      const replies = await backend.launch(nodes);
      expect(await backend.launch(nodes)).toEqual(replies);
      expect(await backend.list()).toHaveLength(2);
      await running(nodes);
      await backend.stop(idsOf(nodes), STOPPED);
      expect(await outcomes(nodes)).toMatchObject([{ kind: "cancelled" }, { kind: "cancelled" }]);
    });

    test("a newer generation waits until all of the older one have ended", async () => {
      const older = body.gang({ does: "stay" }, 2);
      const newer = body.gang({ does: "stay" }, 2, { generation: 2 });
      await backend.launch(older);
      await running(older);
      expect(await backend.launch(newer)).toMatchObject([{ kind: "noRoom" }, { kind: "noRoom" }]);
      await outcomes(older);
      expect(await backend.launch(newer)).toMatchObject([
        { kind: "launched" },
        { kind: "launched" },
      ]);
      expect((await backend.list()).map(({ generation }) => generation)).toEqual([2, 2]);
      await backend.stop(idsOf(newer), STOPPED);
      await outcomes(newer);
    });

    const finds = async () => {
      const nodes = body.gang({ does: "stay" }, 2);
      await backend.launch(nodes);
      await running(nodes);
      const script = 'echo "$ZOE_NODE of $ZOE_SIZE" its "$0"; command -v srun >/dev/null; exit 3';
      for (const { instance } of nodes) {
        let reply = await backend.exec?.(instance, ["sh", "-c", script, "x  y"]);
        // Before the nodes have found each other there is nobody to ask.
        while (reply?.kind === "missing" || (reply?.kind === "ended" && reply.exitCode === 114))
          reply = await backend.exec?.(instance, ["sh", "-c", script, "x  y"]);
        const stdout = `${instance.index} of 2 its x  y\n`;
        expect(reply).toMatchObject({ kind: "ended", exitCode: 3, stdout, stderr: "" });
      }
      await backend.stop(idsOf(nodes), STOPPED);
      await outcomes(nodes);
    };
    if (isEntered) test("a command finds on each node what its program finds", finds);

    if (cpu === undefined) return;
    test("without room for all of its nodes none is started", async () => {
      const nodes = body.gang({ does: "stay" }, 3, { cpu: cpu / 2 });
      expect(await backend.launch(nodes)).toMatchObject(nodes.map(() => ({ kind: "noRoom" })));
      expect(await backend.list()).toEqual([]);
    });
  });
}
