// The contract of the backend port, for every implementation: what is launched runs once, each end is told apart, and nothing stays.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Backend, InstanceEvent, LaunchRequest } from "#functions/backend.ts";
import type { InstanceId, Outcome } from "#shared/instance.ts";
import type { Amount } from "#shared/pool.ts";

/** What the program of a request is to do; each implementation has its own way to make it do so. */
export type Play =
  | { readonly does: "succeed" }
  | { readonly does: "fail"; readonly exitCode: number }
  /** Runs until it is told to stop, and obeys. */
  | { readonly does: "stay" }
  /** Runs on when it is told to stop. */
  | { readonly does: "ignoreStops" }
  | { readonly does: "takeMemory"; readonly mib: number };

export interface RequestOptions {
  readonly instance?: Partial<InstanceId>;
  readonly shape?: Partial<Amount>;
  readonly maxTimeSeconds?: number;
}

/** One implementation, opened for one test. */
export interface BackendBody {
  readonly backend: Backend;
  request(play: Play, options?: RequestOptions): LaunchRequest;
  /** Hands on every event from the first on, waiting for those that have not come. */
  readonly events: EventLog;
  close(): Promise<void>;
}

export interface BackendFeatures {
  /** What the body of a test can hold: small, so that it can be filled. */
  readonly capacity: Amount;
  /** Refuses what is more than it holds, rather than to queue it. */
  readonly admits: boolean;
  readonly memoryLimits: boolean;
  readonly timeLimits: boolean;
}

export type OpenBackendBody = () => Promise<BackendBody>;

/** What a backend told, for those who wait for it. */
export class EventLog {
  readonly all: InstanceEvent[] = [];
  #wake: (() => void)[] = [];

  add(...events: readonly InstanceEvent[]): void {
    this.all.push(...events);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** The first event that fits, when it has come. */
  async find<T>(pick: (event: InstanceEvent) => T | undefined): Promise<T> {
    for (;;) {
      for (const event of this.all) {
        const found = pick(event);
        if (found !== undefined) return found;
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  running({ instance }: LaunchRequest) {
    return this.find((event) =>
      event.kind === "running" && isSame(event.instance, instance) ? event : undefined,
    );
  }

  ended({ instance }: LaunchRequest) {
    return this.find((event) =>
      event.kind === "ended" && isSame(event.instance, instance) ? event : undefined,
    );
  }

  async outcome(request: LaunchRequest): Promise<Outcome> {
    return (await this.ended(request)).outcome;
  }
}

function isSame(a: InstanceId, b: InstanceId): boolean {
  return (
    a.executionId === b.executionId &&
    a.service === b.service &&
    a.index === b.index &&
    a.generation === b.generation
  );
}

const STOPPED: Outcome = { kind: "cancelled", by: "ada" };

export function backendContract(
  name: string,
  open: OpenBackendBody,
  { capacity, admits, memoryLimits, timeLimits }: BackendFeatures,
): void {
  describe(`backend: ${name}`, () => {
    let body: BackendBody;
    let backend: Backend;
    beforeEach(async () => {
      body = await open();
      backend = body.backend;
    });
    afterEach(() => body.close());

    async function run(request: LaunchRequest): Promise<Outcome> {
      const [reply] = await backend.launch([request]);
      expect(reply).toMatchObject({ kind: "launched" });
      return body.events.outcome(request);
    }

    test("a program that succeeds is told as running, or at once as ended, with what it used", async () => {
      const request = body.request({ does: "succeed" });
      expect(await run(request)).toEqual({ kind: "succeeded" });
      const kinds = body.events.all.map(({ kind }) => kind);
      expect([["running", "ended"], ["ended"]]).toContainEqual(kinds);
      const ended = await body.events.ended(request);
      expect(ended.startedAt).toBeLessThanOrEqual(ended.at);
      expect(ended.usage?.wallSeconds).toBeGreaterThanOrEqual(0);
      expect(ended.usage?.peakMemoryMib).toBeGreaterThanOrEqual(0);
      expect(ended.usage?.cpuSeconds).toBeGreaterThanOrEqual(0);
    });

    test("a program that fails is told with its exit code", async () => {
      const outcome = await run(body.request({ does: "fail", exitCode: 75 }));
      expect(outcome).toMatchObject({ kind: "failed", exitCode: 75 });
    });

    test("a launch that is repeated is answered the same, and runs once", async () => {
      const request = body.request({ does: "stay" });
      const [first] = await backend.launch([request]);
      const [again, inSameCall] = await backend.launch([request, request]);
      expect([again, inSameCall]).toEqual([first, first]);
      await body.events.running(request);
      expect(await backend.launch([request])).toEqual([first]);
      expect(await backend.list()).toEqual([request.instance]);
      await backend.stop([request.instance], STOPPED);
      await body.events.ended(request);
      expect(body.events.all.filter(({ kind }) => kind === "running")).toHaveLength(1);
    });

    test("a launch that is repeated after its end starts nothing", async () => {
      const request = body.request({ does: "succeed" });
      await run(request);
      expect(await backend.launch([request])).toMatchObject([{ kind: "launched" }]);
      expect(await backend.list()).toEqual([]);
    });

    test("answers come in the order of the requests", async () => {
      const requests = [1, 0, 2].map((index) =>
        body.request({ does: "stay" }, { instance: { index } }),
      );
      const replies = await backend.launch(requests);
      const ids = replies.map((reply) => (reply.kind === "launched" ? reply.backendId : ""));
      expect(new Set(ids).size).toBe(3);
      for (const [at, request] of requests.entries()) {
        const running = await body.events.running(request);
        expect(running).toMatchObject({ backendId: ids[at] });
      }
    });

    test("what is told to stop ends with the reason given", async () => {
      const request = body.request({ does: "stay" });
      await backend.launch([request]);
      await body.events.running(request);
      await backend.stop([request.instance], STOPPED);
      expect(await body.events.outcome(request)).toEqual(STOPPED);
      expect(await backend.list()).toEqual([]);
    });

    test("what doesn't obey is ended by force after the grace time", async () => {
      const request = body.request({ does: "ignoreStops" });
      await backend.launch([request]);
      await body.events.running(request);
      await backend.stop([request.instance], STOPPED);
      expect(await body.events.outcome(request)).toEqual(STOPPED);
    });

    test("stopping twice is fine, and the first reason counts", async () => {
      const request = body.request({ does: "stay" });
      await backend.launch([request]);
      await body.events.running(request);
      await backend.stop([request.instance], STOPPED);
      await backend.stop([request.instance], { kind: "timedOut", reason: "Later." });
      expect(await body.events.outcome(request)).toEqual(STOPPED);
      await backend.stop([request.instance], STOPPED);
    });

    test("what is stopped right after its launch ends with the reason given", async () => {
      const request = body.request({ does: "stay" });
      await backend.launch([request]);
      await backend.stop([request.instance], STOPPED);
      expect(await body.events.outcome(request)).toEqual(STOPPED);
    });

    test("stopping what never ran changes nothing", async () => {
      await backend.stop([body.request({ does: "succeed" }).instance], STOPPED);
      expect(body.events.all).toEqual([]);
    });

    test("a look tells what runs, what has ended and what is gone", async () => {
      const runs = body.request({ does: "stay" });
      const ended = body.request({ does: "fail", exitCode: 3 }, { instance: { index: 1 } });
      const unknown = body.request({ does: "succeed" }, { instance: { index: 2 } });
      await backend.launch([runs, ended]);
      await body.events.running(runs);
      const { outcome, usage } = await body.events.ended(ended);
      const looks = await backend.look([runs.instance, ended.instance, unknown.instance]);
      expect(looks).toEqual([
        { kind: "running", backendId: expect.any(String) },
        { kind: "ended", outcome, usage },
        { kind: "gone" },
      ]);
    });

    test("the next generation of an instance is another one", async () => {
      const first = body.request({ does: "fail", exitCode: 1 });
      const second = body.request({ does: "succeed" }, { instance: { generation: 2 } });
      expect(await run(first)).toMatchObject({ kind: "failed" });
      expect(await run(second)).toEqual({ kind: "succeeded" });
    });

    test("a generation waits for the end of the one before, which is told to stop", async () => {
      const first = body.request({ does: "stay" });
      const second = body.request({ does: "succeed" }, { instance: { generation: 2 } });
      await backend.launch([first]);
      await body.events.running(first);
      expect(await backend.launch([second])).toMatchObject([{ kind: "noRoom" }]);
      expect(await body.events.outcome(first)).toMatchObject({ kind: "lost" });
      expect(await run(second)).toEqual({ kind: "succeeded" });
    });

    test("fifty at once all end, each told once", async () => {
      const shape = { cpu: capacity.cpu / 50, memoryMib: Math.floor(capacity.memoryMib / 50) };
      const requests = Array.from({ length: 50 }, (_, index) =>
        body.request(index % 5 === 0 ? { does: "fail", exitCode: 9 } : { does: "succeed" }, {
          instance: { index },
          shape,
        }),
      );
      const replies = await backend.launch(requests);
      expect(replies.filter(({ kind }) => kind === "launched")).toHaveLength(50);
      const outcomes = await Promise.all(requests.map((request) => body.events.outcome(request)));
      expect(outcomes.filter(({ kind }) => kind === "failed")).toHaveLength(10);
      expect(body.events.all.filter(({ kind }) => kind === "ended")).toHaveLength(50);
      expect(await backend.list()).toEqual([]);
    });

    if (admits)
      test("what is more than it holds finds no room, with figures", async () => {
        const most = body.request({ does: "stay" }, { shape: { cpu: capacity.cpu } });
        const more = body.request({ does: "succeed" }, { instance: { index: 1 } });
        expect(await backend.launch([most, more])).toMatchObject([
          { kind: "launched" },
          { kind: "noRoom", reason: expect.stringContaining(`${capacity.cpu}`) },
        ]);
        await backend.stop([most.instance], STOPPED);
        await body.events.ended(most);
        expect(await run(more)).toEqual({ kind: "succeeded" });
      });

    if (memoryLimits)
      test("more memory than the limit is told as that, with figures", async () => {
        const request = body.request(
          { does: "takeMemory", mib: 400 },
          { shape: { memoryMib: 64 } },
        );
        expect(await run(request)).toEqual({
          kind: "outOfMemory",
          reason: expect.stringContaining("64 MiB"),
        });
      });

    if (timeLimits)
      test("what runs longer than its longest time is stopped and told as that", async () => {
        const request = body.request({ does: "stay" }, { maxTimeSeconds: 0.05 });
        expect(await run(request)).toMatchObject({ kind: "timedOut" });
      });

    test("it says what it can run and hold", () => {
      const { runs, capacity: most, largest } = backend.capabilities;
      expect(runs.length).toBeGreaterThan(0);
      expect(most.cpu).toBeGreaterThan(0);
      expect(largest.cpu).toBeLessThanOrEqual(most.cpu);
      expect(largest.memoryMib).toBeLessThanOrEqual(most.memoryMib);
    });
  });
}
