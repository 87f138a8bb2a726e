// Submissions: what is stored, what is refused, and that a repeat makes nothing new.
import { describe, expect, test } from "vitest";
import { submit, submitMany } from "#functions/submit.ts";
import type { VisibleError } from "#shared/fault.ts";
import { aPrincipal, aSubmission, aWorld, aZapp } from "#test/builders.ts";
import { executionOf, line } from "./deliver.ts";

const once = aZapp([{ name: "main", run: "once" }]);
const puller = { name: "puller", run: "worker", queue: "tasks" };
const queues = { queues: { tasks: { lease: "60s" } } };
const worker = (min: number) => aZapp([{ ...puller, count: { min, max: 2 } }], queues);

async function refusal(zapp: unknown, options = {}): Promise<VisibleError> {
  const error = await submit(aWorld(options).world, aPrincipal(), aSubmission(zapp)).catch(
    (thrown: unknown) => thrown,
  );
  return error as VisibleError;
}

describe("an accepted submission", () => {
  test("is queued, stands in line with what it asks, and wakes the scheduler", async () => {
    const t = aWorld();
    const { execution, repeated } = await submit(
      t.world,
      aPrincipal(),
      aSubmission(once, { priority: 70 }),
    );
    expect(repeated).toBe(false);
    expect(await executionOf(t, execution.id)).toEqual(execution);
    expect(execution).toMatchObject({
      state: "queued",
      tenant: "alpha",
      user: "ann",
      priority: 70,
      round: 1,
    });
    expect(await line(t)).toMatchObject([
      { executionId: execution.id, priority: 70, asks: [{ service: "main" }] },
    ]);
    expect(t.decide.take()).toEqual([{ executionId: execution.id }]);
  });

  test("of workers without a task waits for one, outside the line", async () => {
    const t = aWorld();
    const { execution } = await submit(t.world, aPrincipal(), aSubmission(worker(0)));
    expect(execution.waiting?.code).toBe("noTasks");
    expect(await line(t)).toEqual([]);
    const eager = await submit(t.world, aPrincipal(), aSubmission(worker(1)));
    expect(eager.execution.waiting).toBeUndefined();
    expect(await line(t)).toMatchObject([{ executionId: eager.execution.id }]);
  });

  test("has its queues at once", async () => {
    const t = aWorld();
    const { execution } = await submit(t.world, aPrincipal(), aSubmission(worker(0)));
    const ref = { executionId: execution.id, queue: "tasks" };
    expect(await t.world.tasks.put(ref, [{ payload: 1 }])).toMatchObject({ kind: "put", added: 1 });
  });
});

describe("the same key", () => {
  const key = { idempotencyKey: "k", bodyHash: "h" };

  test("with the same body answers what it made then", async () => {
    const t = aWorld();
    const first = await submit(t.world, aPrincipal(), aSubmission(once), key);
    const second = await submit(t.world, aPrincipal(), aSubmission(once), key);
    expect(second).toMatchObject({ repeated: true, execution: { id: first.execution.id } });
    expect(await line(t)).toHaveLength(1);
  });

  test("twice at once makes one execution", async () => {
    const t = aWorld();
    const both = await Promise.all(
      [1, 2].map(() => submit(t.world, aPrincipal(), aSubmission(once), key)),
    );
    expect(new Set(both.map(({ execution }) => execution.id)).size).toBe(1);
    expect(await line(t)).toHaveLength(1);
  });

  test("with another body is a mistake", async () => {
    const t = aWorld();
    await submit(t.world, aPrincipal(), aSubmission(once), key);
    const again = submit(t.world, aPrincipal(), aSubmission(once), { ...key, bodyHash: "other" });
    await expect(again).rejects.toMatchObject({ code: "conflict" });
  });

  test("of another user is another key", async () => {
    const t = aWorld();
    const ann = await submit(t.world, aPrincipal(), aSubmission(once), key);
    const ben = await submit(t.world, aPrincipal({ user: "ben" }), aSubmission(once), key);
    expect(ben.execution.id).not.toBe(ann.execution.id);
  });
});

describe("a list", () => {
  test("is answered item by item; a refused one stops no other", async () => {
    const t = aWorld();
    const list = [aSubmission(once), aSubmission({ version: 4 }), aSubmission(once)];
    const replies = await submitMany(t.world, aPrincipal(), list);
    expect(replies.map(({ kind }) => kind)).toEqual(["accepted", "refused", "accepted"]);
    expect(await line(t)).toHaveLength(2);
  });

  test("under one key can be sent again whole", async () => {
    const t = aWorld();
    const list = [aSubmission(once), aSubmission(once)];
    const options = { idempotencyKey: "k", bodyHash: "h" };
    const first = await submitMany(t.world, aPrincipal(), list, options);
    const second = await submitMany(t.world, aPrincipal(), list, options);
    const ids = (replies: typeof first) =>
      replies.map((reply) => (reply.kind === "accepted" ? reply.execution.id : ""));
    expect(ids(second)).toEqual(ids(first));
    expect(await line(t)).toHaveLength(2);
  });
});

describe("refused is", () => {
  test("a description that is not valid, with every fault under /description", async () => {
    const { code, faults } = await refusal(aZapp([{ name: "main", run: "ounce" }], { name: "x" }));
    expect(code).toBe("invalid");
    expect(faults.map(({ pointer }) => pointer)).toEqual([
      "/description/name",
      "/description/services/0/run",
    ]);
  });

  test("what no engine can run, by field", async () => {
    const { code, faults } = await refusal(
      aZapp([{ name: "main", run: "once", secrets: { KEY: "key" } }]),
    );
    expect(code).toBe("unsupported");
    expect(faults).toMatchObject([{ pointer: "/description/services/0/secrets" }]);
  });

  test("what is larger than any instance can be", async () => {
    const { code, faults } = await refusal(
      aZapp([{ name: "main", run: "once", resources: { cpu: 64 } }]),
    );
    expect(code).toBe("unsupported");
    expect(faults).toMatchObject([{ pointer: "/description/services/0/resources" }]);
  });

  test("what could never start together", async () => {
    const pair = aZapp(["a", "b"].map((name) => ({ name, run: "once" })));
    const { code, message } = await refusal(pair, { capacity: { instances: 1 } });
    expect(code).toBe("unsupported");
    expect(message).toContain("needs 2 instances, and the simulated engine has 1 in all");
  });

  test("an unknown zapp", async () => {
    const { world } = aWorld();
    const { description: _none, ...unknown } = aSubmission(undefined, { zapp: "nothing" });
    await expect(submit(world, aPrincipal(), unknown)).rejects.toMatchObject({
      faults: [{ pointer: "/zapp" }],
    });
  });

  test("a description of one's own where the engine has no sandbox, but for an administrator", async () => {
    const options = { capabilities: { catalogueOnly: true } };
    expect((await refusal(once, options)).code).toBe("forbidden");
    const boss = aPrincipal({ role: "administrator" });
    const { execution } = await submit(aWorld(options).world, boss, aSubmission(once));
    expect(execution.state).toBe("queued");
  });

  test("an image from where the administrator takes none, but for an administrator", async () => {
    const options = { capabilities: { images: ["quay.io/lab/*"] } };
    const from = (image: string) => aZapp([{ name: "main", run: "once", image }]);
    const { code, message } = await refusal(from("zoe/x"), options);
    expect(code).toBe("forbidden");
    expect(message).toContain("quay.io/lab/*");
    const allowed = aSubmission(from("quay.io/lab/sim:2"));
    const taken = await submit(aWorld(options).world, aPrincipal(), allowed);
    expect(taken.execution.state).toBe("queued");
    const boss = aPrincipal({ role: "administrator" });
    const { execution } = await submit(aWorld(options).world, boss, aSubmission(from("zoe/x")));
    expect(execution.state).toBe("queued");
  });
});
