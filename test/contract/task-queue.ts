// The contract of the task-queue port, for every implementation. The rules under random use are in task-queue-model.ts.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "#functions/store.ts";
import {
  type Lease,
  type QueueOptions,
  type QueueRef,
  TASK_LIMITS,
  type TaskQueueChange,
  type TaskQueues,
} from "#functions/task-queues.ts";
import type { Route } from "#shared/zapp.ts";

/** One implementation, opened for one test. */
export interface TaskQueueBody {
  readonly tasks: TaskQueues;
  /** The clock that leases are measured by goes on. */
  advance(seconds: number): void;
  readonly changes: readonly { readonly ref: QueueRef; readonly change: TaskQueueChange }[];
  /** The process ends without a word, and a new one opens the same state; absent where nothing outlives the process. */
  readonly restart?: () => Promise<TaskQueues>;
  close(): Promise<void>;
}

export type OpenTaskQueueBody = () => Promise<TaskQueueBody>;

export const OPTIONS: QueueOptions = { leaseSeconds: 60, maxAttempts: 3, routes: [] };
export const DOCUMENTS: QueueRef = { executionId: "exe_1", queue: "documents" };

export function numbered(count: number): { readonly id: string; readonly payload: Json }[] {
  return Array.from({ length: count }, (_, n) => ({ id: `n${n}`, payload: { n } }));
}

/** Leases without waiting. */
export function leaseNow(tasks: TaskQueues, max: number, worker = "w-1.1", ref = DOCUMENTS) {
  return tasks.lease(ref, { max, worker, waitSeconds: 0 });
}

export const succeeded = ({ lease }: Lease, result: Json = "done") =>
  ({ lease, ok: true, result }) as const;
export const failed = ({ lease }: Lease, error = "broken") =>
  ({ lease, ok: false, error }) as const;

/** The one lease that is there. */
export async function leaseOne(
  tasks: TaskQueues,
  worker = "w-1.1",
  ref = DOCUMENTS,
): Promise<Lease> {
  const [lease] = await leaseNow(tasks, 1, worker, ref);
  if (!lease) throw new Error(`No task waits in ${ref.queue} for ${worker}.`);
  return lease;
}

/** `thousands`: the two facts of very many tasks too, which take minutes over what is slow. */
export function taskQueueContract(
  name: string,
  open: OpenTaskQueueBody,
  { thousands = true } = {},
): void {
  describe(`task queues: ${name}`, () => {
    let body: TaskQueueBody;
    let tasks: TaskQueues;
    beforeEach(async () => {
      body = await open();
      tasks = body.tasks;
      await tasks.create(DOCUMENTS, OPTIONS);
    });
    afterEach(() => body.close());

    const countsOf = async (ref = DOCUMENTS) => await tasks.counts(ref);

    describe("put", () => {
      test("a task that was put is leased with its payload, recorded, and read again", async () => {
        const payload = { text: 'Ärger\n\u2028 "quoted" 日本', list: [1, null, { deep: true }] };
        const put = await tasks.put(DOCUMENTS, [{ id: "a", payload }]);
        expect(put).toEqual({ kind: "put", ids: ["a"], added: 1 });
        const lease = await leaseOne(tasks);
        expect(lease).toMatchObject({ task: "a", payload, attempts: 0 });
        expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({
          state: "leased",
          worker: "w-1.1",
        });
        const result = { topic: "Física\n" };
        expect(await tasks.record(DOCUMENTS, "w-1.1", [succeeded(lease, result)])).toEqual([
          "recorded",
        ]);
        expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({
          task: "a",
          state: "succeeded",
          payload,
          result,
          worker: "w-1.1",
          attempts: 0,
        });
      });

      test("tasks are leased in the order they were put", async () => {
        await tasks.put(DOCUMENTS, numbered(300));
        await tasks.put(DOCUMENTS, [{ id: "last", payload: 1 }]);
        const leases = await leaseNow(tasks, 400);
        expect(leases.map(({ task }) => task)).toEqual([
          ...numbered(300).map(({ id }) => id),
          "last",
        ]);
      });

      test("an id seen before makes its put a no-op, in the same call too", async () => {
        await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
        const again = [
          { id: "b", payload: 2 },
          { id: "a", payload: 3 },
          { id: "b", payload: 4 },
        ];
        expect(await tasks.put(DOCUMENTS, again)).toEqual({
          kind: "put",
          ids: ["b", "a", "b"],
          added: 1,
        });
        const leases = await leaseNow(tasks, 10);
        expect(leases.map(({ task, payload }) => [task, payload])).toEqual([
          ["a", 1],
          ["b", 2],
        ]);
      });

      test("an id is still a repeat when its task is done", async () => {
        await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
        await tasks.record(DOCUMENTS, "w-1.1", [succeeded(await leaseOne(tasks))]);
        expect(await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }])).toMatchObject({ added: 0 });
        expect(await countsOf()).toMatchObject({ put: 1, done: 1 });
      });

      test("a task without an id gets its own, and putting that again is a no-op", async () => {
        const put = await tasks.put(DOCUMENTS, [{ payload: 1 }, { payload: 1 }]);
        if (put.kind !== "put") throw new Error(put.kind);
        expect(new Set(put.ids).size).toBe(2);
        const id = put.ids[1] ?? "";
        expect(await tasks.put(DOCUMENTS, [{ id, payload: 1 }, { payload: 2 }])).toMatchObject({
          added: 1,
        });
        expect(await tasks.task(DOCUMENTS, id)).toMatchObject({ state: "waiting", payload: 1 });
      });

      test("puts at the same time of the same ids add each once", async () => {
        const replies = await Promise.all([1, 2, 3].map(() => tasks.put(DOCUMENTS, numbered(50))));
        const added = replies.map((reply) => (reply.kind === "put" ? reply.added : 0));
        expect(added.reduce((sum, each) => sum + each, 0)).toBe(50);
        expect(await countsOf()).toMatchObject({ put: 50 });
      });

      test("a queue that was never made, or is closed, takes nothing", async () => {
        expect(await tasks.put({ ...DOCUMENTS, queue: "other" }, [{ payload: 1 }])).toEqual({
          kind: "absent",
        });
        await tasks.close(DOCUMENTS);
        await tasks.close(DOCUMENTS);
        expect(await tasks.put(DOCUMENTS, [{ payload: 1 }])).toEqual({ kind: "closed" });
        expect(await countsOf()).toMatchObject({ put: 0, closed: true });
      });

      test("making a queue again changes nothing", async () => {
        await tasks.put(DOCUMENTS, [{ payload: 1 }]);
        await tasks.create(DOCUMENTS, { ...OPTIONS, maxAttempts: 1 });
        expect(await countsOf()).toMatchObject({ put: 1 });
        await tasks.record(DOCUMENTS, "w-1.1", [failed(await leaseOne(tasks))]);
        expect(await countsOf()).toMatchObject({ done: 0 });
      });

      test("queues of the same name in two executions are two", async () => {
        const other = { ...DOCUMENTS, executionId: "exe_2" };
        await tasks.create(other, OPTIONS);
        await tasks.put(other, [{ id: "a", payload: 1 }]);
        expect(await leaseNow(tasks, 10)).toEqual([]);
        expect(await leaseNow(tasks, 10, "w-1.1", other)).toHaveLength(1);
      });
    });

    describe("limits", () => {
      test("a payload may have 64 KiB of JSON in UTF-8 and not a byte more", async () => {
        const text = "é".repeat(TASK_LIMITS.payloadBytes / 2 - 1);
        expect(await tasks.put(DOCUMENTS, [{ payload: text }])).toMatchObject({ added: 1 });
        const refused = tasks.put(DOCUMENTS, [{ payload: 1 }, { payload: `${text}x` }]);
        await expect(refused).rejects.toMatchObject({
          code: "tooLarge",
          faults: [{ pointer: "/1/payload", detail: expect.stringContaining("65537") }],
        });
        expect(await countsOf()).toMatchObject({ put: 1 });
      });

      const many = thousands ? test : () => {};
      many("10,000 tasks go into one put, 10,001 do not", async () => {
        const most = Array.from({ length: TASK_LIMITS.tasksPerPut }, (_, n) => ({ payload: n }));
        expect(await tasks.put(DOCUMENTS, most)).toMatchObject({ added: 10_000 });
        await expect(tasks.put(DOCUMENTS, [...most, { payload: 0 }])).rejects.toMatchObject({
          code: "tooLarge",
        });
      });

      test.each(["", "a\nb", "x".repeat(201), "\ud800"])("the id %j is refused", async (id) => {
        const refused = tasks.put(DOCUMENTS, [{ id, payload: 1 }]);
        await expect(refused).rejects.toMatchObject({
          code: "invalid",
          faults: [{ pointer: "/0/id" }],
        });
      });

      test("a value that is no JSON, or nested too deeply, is refused with its place", async () => {
        let deep: Json = [];
        for (let level = 0; level < 200_000; level++) deep = [deep];
        for (const payload of [undefined as unknown as Json, deep])
          await expect(tasks.put(DOCUMENTS, [{ payload }])).rejects.toMatchObject({
            code: "invalid",
            faults: [{ pointer: "/0/payload" }],
          });
      });

      test("a result over 256 KiB is a failure that says so, and a long error is cut", async () => {
        await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
        const large = "x".repeat(TASK_LIMITS.resultBytes);
        await tasks.record(DOCUMENTS, "w-1.1", [succeeded(await leaseOne(tasks), large)]);
        expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({ state: "waiting", attempts: 1 });
        await tasks.record(DOCUMENTS, "w-1.1", [failed(await leaseOne(tasks))]);
        await tasks.record(DOCUMENTS, "w-1.1", [
          failed(await leaseOne(tasks), "y".repeat(100_000)),
        ]);
        const view = await tasks.task(DOCUMENTS, "a");
        expect(view?.state).toBe("failed");
        expect(view?.error?.length).toBeLessThan(TASK_LIMITS.errorCharacters + 100);
      });

      many("at most 1,000 are leased in one call", async () => {
        await tasks.put(DOCUMENTS, numbered(1200));
        expect((await leaseNow(tasks, 5000)).length).toBeLessThanOrEqual(TASK_LIMITS.leasesPerCall);
      });
    });

    describe("record", () => {
      test("only the first report of a task counts; the next are duplicates", async () => {
        await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
        const lease = await leaseOne(tasks);
        const reports = [succeeded(lease, 1), succeeded(lease, 2), failed(lease)];
        expect(await tasks.record(DOCUMENTS, "w-1.1", reports)).toEqual([
          "recorded",
          "duplicate",
          "duplicate",
        ]);
        expect(await tasks.record(DOCUMENTS, "w-1.1", [succeeded(lease, 3)])).toEqual([
          "duplicate",
        ]);
        expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({ result: 1 });
        expect(await countsOf()).toEqual({
          put: 1,
          done: 1,
          failed: 0,
          leased: 0,
          redriven: 0,
          closed: false,
        });
      });

      test("the same report at the same time is recorded once", async () => {
        await tasks.put(DOCUMENTS, [{ payload: 1 }]);
        const lease = await leaseOne(tasks);
        const replies = await Promise.all(
          [1, 2, 3].map((n) => tasks.record(DOCUMENTS, "w-1.1", [succeeded(lease, n)])),
        );
        expect(replies.flat().toSorted()).toEqual(["duplicate", "duplicate", "recorded"]);
        expect(await countsOf()).toMatchObject({ done: 1 });
      });

      test("a duplicate is taken out of its report, the rest is recorded", async () => {
        await tasks.put(DOCUMENTS, numbered(3));
        const [a, b, c] = (await leaseNow(tasks, 3)) as [Lease, Lease, Lease];
        await tasks.record(DOCUMENTS, "w-1.1", [succeeded(b)]);
        const replies = await tasks.record(
          DOCUMENTS,
          "w-1.1",
          [a, b, c].map((each) => succeeded(each)),
        );
        expect(replies).toEqual(["recorded", "duplicate", "recorded"]);
        expect(await countsOf()).toMatchObject({ done: 3 });
      });

      test.each(["", "nonsense", "0", "99999.1.x", "9 n0", "-1.1", "1e9"])(
        "the unknown lease %j is expired",
        async (lease) => {
          await tasks.put(DOCUMENTS, numbered(1));
          expect(await tasks.record(DOCUMENTS, "w-1.1", [{ lease, ok: true, result: 1 }])).toEqual([
            "expired",
          ]);
          expect(await countsOf()).toMatchObject({ done: 0 });
        },
      );

      test("a failure puts the task back, the last one makes it a dead letter with its error", async () => {
        await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
        for (const attempts of [0, 1, 2]) {
          const lease = await leaseOne(tasks);
          expect(lease.attempts).toBe(attempts);
          expect(
            await tasks.record(DOCUMENTS, "w-1.1", [failed(lease, `error ${attempts}`)]),
          ).toEqual(["recorded"]);
        }
        expect(await leaseNow(tasks, 1)).toEqual([]);
        expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({
          state: "failed",
          error: "error 2",
          attempts: 3,
        });
        expect(await countsOf()).toMatchObject({ done: 1, failed: 1, leased: 0 });
      });

      test("the same failure reported twice is one attempt", async () => {
        await tasks.put(DOCUMENTS, [{ payload: 1 }]);
        const first = await leaseOne(tasks);
        const replies = await tasks.record(DOCUMENTS, "w-1.1", [failed(first), failed(first)]);
        expect(replies).toEqual(["recorded", "duplicate"]);
        const second = await leaseOne(tasks);
        expect(second.attempts).toBe(1);
        expect(await tasks.record(DOCUMENTS, "w-1.1", [failed(first)])).toEqual(["duplicate"]);
      });

      test("a late result is recorded while the task has no outcome, and the other worker's is a duplicate", async () => {
        await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
        const late = await leaseOne(tasks, "w-1.1");
        await tasks.release(DOCUMENTS, "w-1.1", false);
        const current = await leaseOne(tasks, "w-2.1");
        expect(await tasks.record(DOCUMENTS, "w-1.1", [succeeded(late, "late")])).toEqual([
          "recorded",
        ]);
        expect(await tasks.record(DOCUMENTS, "w-2.1", [succeeded(current)])).toEqual(["duplicate"]);
        expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({ result: "late", worker: "w-1.1" });
        expect(await countsOf()).toMatchObject({ done: 1, leased: 0 });
      });

      test("a late result of a task that waits again takes it out of the line", async () => {
        await tasks.put(DOCUMENTS, [{ payload: 1 }]);
        const late = await leaseOne(tasks);
        await tasks.release(DOCUMENTS, "w-1.1", false);
        await tasks.record(DOCUMENTS, "w-1.1", [succeeded(late)]);
        expect(await leaseNow(tasks, 1)).toEqual([]);
      });
    });

    describe("outcomes", () => {
      test("come in the order recorded, page by page, all or of one kind", async () => {
        await tasks.create({ ...DOCUMENTS, queue: "once" }, { ...OPTIONS, maxAttempts: 1 });
        const ref = { ...DOCUMENTS, queue: "once" };
        await tasks.put(ref, numbered(50));
        const leases = await leaseNow(tasks, 50, "w-1.1", ref);
        const expected = leases
          .toReversed()
          .map((lease, n) => ({ task: lease.task, ok: n % 7 !== 3 }));
        for (let start = 0; start < 50; start += 10) {
          const part = leases.toReversed().slice(start, start + 10);
          const reports = part.map((lease, n) =>
            (start + n) % 7 === 3 ? failed(lease, lease.task) : succeeded(lease, lease.task),
          );
          await tasks.record(ref, "w-1.1", reports);
        }
        for (const limit of [1, 7, 1000]) {
          expect(await allOutcomes(tasks, ref, limit)).toEqual(expected);
          expect(await allOutcomes(tasks, ref, limit, true)).toEqual(
            expected.filter(({ ok }) => ok),
          );
          expect(await allOutcomes(tasks, ref, limit, false)).toEqual(
            expected.filter(({ ok }) => !ok),
          );
        }
        const { outcomes } = await tasks.outcomes(ref, { limit: 1 });
        expect(outcomes[0]).toMatchObject({
          task: "n49",
          payload: { n: 49 },
          result: "n49",
          attempts: 0,
          worker: "w-1.1",
        });
      });

      test("an unknown task or queue has none", async () => {
        expect(await tasks.task(DOCUMENTS, "nobody")).toBeUndefined();
        expect(await tasks.counts({ ...DOCUMENTS, queue: "other" })).toBeUndefined();
        expect(await tasks.outcomes({ ...DOCUMENTS, queue: "other" }, { limit: 10 })).toEqual({
          outcomes: [],
        });
      });

      test("who waits for a task sees its outcome as soon as it is there", async () => {
        await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
        const waited = tasks.task(DOCUMENTS, "a", 20);
        await tasks.record(DOCUMENTS, "w-1.1", [succeeded(await leaseOne(tasks))]);
        expect(await waited).toMatchObject({ state: "succeeded" });
      });

      test("dropping an execution forgets its queues", async () => {
        await tasks.put(DOCUMENTS, numbered(3));
        await tasks.drop(DOCUMENTS.executionId);
        expect(await countsOf()).toBeUndefined();
        expect(await leaseNow(tasks, 1)).toEqual([]);
        await tasks.create(DOCUMENTS, OPTIONS);
        expect(await countsOf()).toMatchObject({ put: 0 });
      });
    });

    describe("redrive", () => {
      const once = { ...DOCUMENTS, queue: "once" };
      beforeEach(async () => {
        await tasks.create(once, { ...OPTIONS, maxAttempts: 1 });
        await tasks.put(once, numbered(4));
        const leases = await leaseNow(tasks, 4, "w-1.1", once);
        await tasks.record(
          once,
          "w-1.1",
          leases.map((lease, n) => (n === 0 ? succeeded(lease) : failed(lease))),
        );
        await tasks.close(once);
      });

      test("dead letters wait again without attempts; counts only grow", async () => {
        expect(await countsOf(once)).toMatchObject({ put: 4, done: 4, failed: 3 });
        expect(await tasks.redrive(once)).toBe(3);
        expect(await countsOf(once)).toMatchObject({
          put: 7,
          done: 4,
          failed: 0,
          redriven: 3,
          closed: true,
        });
        const leases = await leaseNow(tasks, 10, "w-2.1", once);
        expect(leases.map(({ task, attempts }) => [task, attempts]).toSorted()).toEqual([
          ["n1", 0],
          ["n2", 0],
          ["n3", 0],
        ]);
        await tasks.record(
          once,
          "w-2.1",
          leases.map((lease) => succeeded(lease)),
        );
        expect(await countsOf(once)).toMatchObject({ put: 7, done: 7, failed: 0 });
        expect((await allOutcomes(tasks, once, 100)).map(({ task }) => task).toSorted()).toEqual([
          "n0",
          "n1",
          "n2",
          "n3",
        ]);
      });

      test("only the named ones, and of those only the dead letters", async () => {
        expect(await tasks.redrive(once, ["n2", "n0", "nobody", "n2"])).toBe(1);
        expect(await countsOf(once)).toMatchObject({ put: 5, failed: 2, redriven: 1 });
        expect(await tasks.redrive(once, ["n2"])).toBe(0);
      });
    });
  });
}

/** All of them, over as many pages as it takes. */
export async function allOutcomes(tasks: TaskQueues, ref: QueueRef, limit: number, ok?: boolean) {
  const all: { readonly task: string; readonly ok: boolean }[] = [];
  let cursor: string | undefined;
  do {
    const page = await tasks.outcomes(ref, {
      limit,
      ...(ok !== undefined && { ok }),
      ...(cursor && { cursor }),
    });
    for (const each of page.outcomes) all.push({ task: each.task, ok: each.ok });
    cursor = page.cursor;
  } while (cursor);
  return all;
}

/** One route, with what it leaves unsaid. */
export function aRoute(route: Partial<Route>): Route {
  return {
    from: DOCUMENTS.queue,
    to: {},
    otherwise: { kind: "deadLetter" },
    task: "result",
    ...route,
  };
}
