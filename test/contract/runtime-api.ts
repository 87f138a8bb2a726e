// The contract of the runtime API, spoken over HTTP as a worker's program does: for the local server, and for every sidecar.
import { request as httpRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LeaveReason } from "#functions/runtime.ts";
import type { QueueRef, TaskQueues } from "#functions/task-queues.ts";
import { numbered, OPTIONS } from "./task-queue/under-test.ts";

export interface RuntimeSetup {
  readonly worker?: string;
  readonly idleSeconds?: number;
  readonly retireAfterSeconds?: number;
  readonly maxTasks?: number;
  readonly mayLeave?: () => boolean;
  readonly draining?: () => boolean;
  readonly leaves?: (reason: LeaveReason) => void;
}

/** One implementation, for one test. */
export interface RuntimeBody {
  readonly tasks: TaskQueues;
  /** Of the worker `w-1.1` unless named. Answers its ZOE_RUNTIME_API. */
  open(ref: QueueRef, setup?: RuntimeSetup): Promise<string>;
  close(ref: QueueRef, worker: string, killed: boolean): Promise<void>;
  /** The clock goes on. */
  advance(seconds: number): void;
  stop(): Promise<void>;
}

interface Leased {
  readonly lease: string;
  readonly task: string;
  readonly payload: unknown;
  readonly attempts: number;
}

const REF: QueueRef = { executionId: "exe_1", queue: "documents" };
const JSON_TYPE = { "content-type": "application/json" };

const next = (url: string, query = "?wait=0") => fetch(`${url}/next${query}`);
const post = (url: string, body: unknown, query = "") =>
  fetch(`${url}/results${query}`, {
    method: "POST",
    headers: JSON_TYPE,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

async function leasesOf(response: Response): Promise<readonly Leased[]> {
  const { leases } = (await response.json()) as { readonly leases: readonly Leased[] };
  return leases;
}

export function runtimeApiContract(name: string, open: () => Promise<RuntimeBody>): void {
  describe(`runtime API: ${name}`, () => {
    let body: RuntimeBody;
    let tasks: TaskQueues;
    let url: string;
    beforeEach(async () => {
      body = await open();
      tasks = body.tasks;
      await tasks.create(REF, OPTIONS);
      url = await body.open(REF);
    });
    afterEach(() => body.stop());

    describe("next and results", () => {
      test("tasks are leased, up to max, with what their worker needs", async () => {
        await tasks.put(REF, numbered(3));
        const response = await next(url, "?max=2");
        expect(response.status).toBe(200);
        expect(response.headers.get("content-type")).toContain("application/json");
        expect(await leasesOf(response)).toMatchObject([
          {
            task: "n0",
            payload: { n: 0 },
            attempts: 0,
            lease: expect.any(String),
            until: expect.any(Number),
          },
          { task: "n1", payload: { n: 1 }, attempts: 0 },
        ]);
        expect(await leasesOf(await next(url))).toHaveLength(1);
      });

      test("payloads arrive as they were put, whatever they hold", async () => {
        const payloads = [
          '"quoted" \\ \n\t\u2028',
          "日本 é 😀",
          "x".repeat(60_000),
          [[], {}, null, 1e-7, -0.5, true],
          { "": { "\u0000": "" } },
        ];
        await tasks.put(
          REF,
          payloads.map((payload, n) => ({ id: `${n} "é"`, payload })),
        );
        const leases = await leasesOf(await next(url, "?max=10"));
        expect(leases.map(({ payload }) => payload)).toEqual(payloads);
        expect(leases.map(({ task }) => task)).toEqual(payloads.map((_, n) => `${n} "é"`));
      });

      test("reports are answered one by one", async () => {
        await tasks.put(REF, numbered(2));
        const [a, b] = await leasesOf(await next(url, "?max=2"));
        const reports = [
          { lease: a?.lease, ok: true, result: { topic: "Física" } },
          { lease: a?.lease, ok: true, result: 2 },
          { lease: b?.lease, ok: false, error: "broken" },
          { lease: "nonsense", ok: true },
        ];
        const response = await post(url, reports);
        expect([response.status, await response.json()]).toEqual([
          200,
          { replies: ["recorded", "duplicate", "recorded", "expired"] },
        ]);
        expect(await tasks.task(REF, "n0")).toMatchObject({
          state: "succeeded",
          result: { topic: "Física" },
          worker: "w-1.1",
        });
        expect(await tasks.task(REF, "n1")).toMatchObject({ state: "waiting", attempts: 1 });
      });

      test("a report without a result has the result null", async () => {
        await tasks.put(REF, numbered(1));
        const [a] = await leasesOf(await next(url));
        await post(url, [{ lease: a?.lease, ok: true }]);
        expect(await tasks.task(REF, "n0")).toMatchObject({ state: "succeeded", result: null });
      });

      test("results bring the next leases back, without waiting for any", async () => {
        await tasks.put(REF, numbered(3));
        const [a] = await leasesOf(await next(url));
        const first = await post(url, [{ lease: a?.lease, ok: true, result: 1 }], "?next=5");
        expect(await first.json()).toMatchObject({
          replies: ["recorded"],
          leases: [{ task: "n1" }, { task: "n2" }],
        });
        const second = await post(url, [], "?next=5");
        expect(await second.json()).toEqual({ replies: [], leases: [] });
      });

      test("who asks too early gets the task when it comes", async () => {
        const waiting = next(url, "?max=5");
        const second = await body.open(REF, { worker: "w-2.1" });
        await next(second);
        await tasks.put(REF, numbered(2));
        expect(await leasesOf(await waiting)).toHaveLength(2);
      });

      test("204 when nothing came in time", async () => {
        expect((await next(url)).status).toBe(204);
      });

      test("what is leased to a program that hung up goes to another", async () => {
        const given = new AbortController();
        const hungUp = fetch(`${url}/next?max=5`, { signal: given.signal }).catch(() => "hung up");
        const other = await body.open(REF, { worker: "w-2.1" });
        await next(other);
        given.abort();
        expect(await hungUp).toBe("hung up");
        await next(other);
        await tasks.put(REF, numbered(1));
        expect(await leasesOf(await next(other, "?wait=5"))).toHaveLength(1);
      });

      test("a worker that ended gives back what it held; killed or not, that is no attempt", async () => {
        await tasks.put(REF, numbered(1));
        await next(url);
        const other = await body.open(REF, { worker: "w-2.1" });
        await body.close(REF, "w-1.1", true);
        expect(await leasesOf(await next(other))).toMatchObject([{ task: "n0", attempts: 0 }]);
        expect((await next(url)).status).toBe(404);
      });
    });

    describe("leaving", () => {
      const leaveOf = async (response: Response) => {
        const { reason } = (await response.json()) as { readonly reason?: string };
        return [response.status, response.headers.get("content-type"), reason];
      };
      const told = (reason: LeaveReason) => [410, "application/problem+json", reason];

      test("when the queue is drained, also who waits", async () => {
        const waiting = next(url, "");
        await tasks.put(REF, numbered(1));
        const [lease] = await leasesOf(await waiting);
        const again = next(url, "");
        await tasks.close(REF);
        await post(url, [{ lease: lease?.lease, ok: true }]);
        expect(await leaveOf(await again)).toEqual(told("drained"));
      });

      test("with the last results, when more is asked for", async () => {
        const url = await body.open(REF, { worker: "w-2.1", maxTasks: 1 });
        await tasks.put(REF, numbered(3));
        const leases = await leasesOf(await next(url, "?max=3"));
        expect(leases).toHaveLength(1);
        const response = await post(url, [{ lease: leases[0]?.lease, ok: true }], "?next=3");
        expect(await response.json()).toEqual({
          replies: ["recorded"],
          leases: [],
          leave: "tasksDone",
        });
        expect(await leaveOf(await next(url))).toEqual(told("tasksDone"));
      });

      test("after retireAfter, though tasks wait", async () => {
        const url = await body.open(REF, { worker: "w-2.1", retireAfterSeconds: 100 });
        await tasks.put(REF, numbered(3));
        expect((await next(url)).status).toBe(200);
        body.advance(101);
        expect(await leaveOf(await next(url))).toEqual(told("retired"));
      });

      test("when its execution is drained of workers", async () => {
        let isDraining = false;
        const url = await body.open(REF, { worker: "w-2.1", draining: () => isDraining });
        await tasks.put(REF, numbered(3));
        const [lease] = await leasesOf(await next(url));
        isDraining = true;
        expect(await leaveOf(await next(url))).toEqual(told("draining"));
        const response = await post(url, [{ lease: lease?.lease, ok: true }]);
        expect(await response.json()).toEqual({ replies: ["recorded"] });
      });

      test("when it was idle for too long and is not needed; it is told once, and then always", async () => {
        let mayLeave = false;
        const reasons: LeaveReason[] = [];
        const setup = {
          worker: "w-2.1",
          idleSeconds: 20,
          mayLeave: () => mayLeave,
          leaves: (reason: LeaveReason) => reasons.push(reason),
        };
        const url = await body.open(REF, setup);
        body.advance(21);
        expect((await next(url)).status).toBe(204);
        mayLeave = true;
        expect(await leaveOf(await next(url))).toEqual(told("idle"));
        await tasks.put(REF, numbered(1));
        expect(await leaveOf(await next(url))).toEqual(told("idle"));
        expect(reasons).toEqual(["idle"]);
      });

      test("not while it holds a task", async () => {
        const url = await body.open(REF, { worker: "w-2.1", idleSeconds: 20 });
        await tasks.put(REF, numbered(1));
        const [lease] = await leasesOf(await next(url));
        body.advance(30);
        expect((await next(url)).status).toBe(204);
        await post(url, [{ lease: lease?.lease, ok: true }]);
        expect((await next(url)).status).toBe(204);
        body.advance(21);
        expect((await next(url)).status).toBe(410);
      });
    });

    describe("what is not understood", () => {
      test("a wrong secret is 404, and so is no secret", async () => {
        const wrong = url.replace(/.{6}$/, "abcdef");
        expect((await next(wrong)).status).toBe(404);
        expect((await post(wrong, [])).status).toBe(404);
        expect((await fetch(new URL("/next", url))).status).toBe(404);
        expect((await fetch(new URL("/", url))).status).toBe(404);
      });

      test("a secret has 32 bytes and is another one for each worker", async () => {
        const secrets = [url, await body.open(REF, { worker: "w-2.1" })].map((each) =>
          new URL(each).pathname.slice(1),
        );
        for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{64}$/);
        expect(new Set(secrets).size).toBe(2);
      });

      test.each([
        ["", ""],
        ["{", ""],
        ["{}", ""],
        ['"text"', ""],
        ["[1]", "/0"],
        ["[[]]", "/0"],
        ["[{}]", "/0/lease"],
        ['[{"lease": 1, "ok": true}]', "/0/lease"],
        ['[{"lease": "a", "ok": "yes"}]', "/0/ok"],
        ['[{"lease": "a", "ok": true}, {"lease": "b", "ok": false}]', "/1/error"],
        ['[{"lease": "a", "ok": false, "error": {}}]', "/0/error"],
      ])("the body %j is a problem with its place", async (text, pointer) => {
        const response = await post(url, text);
        expect([response.status, response.headers.get("content-type")]).toEqual([
          400,
          "application/problem+json",
        ]);
        const problem = (await response.json()) as {
          readonly detail: string;
          readonly errors: readonly { readonly pointer: string }[];
        };
        expect(problem.detail.length).toBeGreaterThan(10);
        expect(problem.errors[0]?.pointer).toBe(pointer);
      });

      test("a result nested too deeply is a problem with its place", async () => {
        const deep = "[".repeat(100_000) + "]".repeat(100_000);
        await tasks.put(REF, numbered(1));
        const [lease] = await leasesOf(await next(url));
        const response = await post(
          url,
          `[{"lease": "${lease?.lease}", "ok": true, "result": ${deep}}]`,
        );
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({ errors: [{ pointer: "/0/result" }] });
      });

      test.each(["?max=0", "?max=-1", "?max=1001", "?max=x", "?max=1.5", "?wait=21", "?max="])(
        "GET /next%s is a problem",
        async (query) => {
          expect((await next(url, query)).status).toBe(400);
        },
      );

      test("another method is 405, another path 404", async () => {
        expect((await fetch(`${url}/next`, { method: "POST" })).status).toBe(405);
        expect((await fetch(`${url}/results`)).status).toBe(405);
        expect((await fetch(`${url}/else`)).status).toBe(404);
      });

      test("a body over 6 MB is refused, and the worker goes on", async () => {
        const large = JSON.stringify([
          { lease: "a", ok: false, error: "x".repeat(6 * 1024 * 1024) },
        ]);
        expect(await statusOfPost(`${url}/results`, large)).toBe(413);
        expect((await next(url)).status).toBe(204);
      });
    });
  });
}

/** By plain HTTP: what is answered before the whole body is sent is seen too. */
function statusOfPost(url: string, text: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method: "POST" }, (response) => {
      response.resume();
      resolve(response.statusCode);
      sent.destroy();
    });
    sent.on("error", reject);
    sent.end(text);
  });
}
