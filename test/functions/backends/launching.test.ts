// Launching over AWS when things go wrong: nothing runs twice, nothing is lost, and each reason is told apart.
import { describe, expect, test } from "vitest";
import type { LaunchRequest } from "#functions/backend.ts";
import { stopText } from "#functions/backends/stop-reason.ts";
import { AwsError } from "#test/aws/service.ts";
import { NOON } from "#test/builders.ts";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";
import { aLaunch, type LaunchBend } from "./a-launch.ts";
import { type AwsBodyOptions, openAwsBody } from "./aws-body.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

async function open(engine: "ecs" | "batch", options: AwsBodyOptions = {}) {
  const clock = new VirtualTimers(NOON);
  const body = openAwsBody(engine, { clock, ...options });
  await body.ready;
  const once = (bend: LaunchBend = {}) =>
    aLaunch({ run: engine === "ecs" ? "once" : "array", ...bend });
  const launch = async (...requests: LaunchRequest[]) => await body.backend.launch(requests);
  const calls = { of: [] as string[] };
  body.aws.recorder = ({ operation }) => calls.of.push(operation);
  const count = (operation: string) => calls.of.filter((one) => one === operation).length;
  const pass = async (ms: number) => {
    clock.elapse(ms);
    await body.told();
  };
  return { ...body, clock, once, launch, count, pass };
}

/** The next call of this operation goes wrong, once. */
function once(operation: string, fault: object) {
  let isDue = true;
  return (call: { readonly operation: string }) => {
    if (call.operation !== operation || !isDue) return undefined;
    isDue = false;
    return fault as never;
  };
}

const refuse = (code: string, message: string, status = 400) => ({
  kind: "refuse",
  error: new AwsError(code, message, { status }),
});

describe("a lost answer", () => {
  test("of ECS: the SDK's own repeat has the same token, and one task runs", async () => {
    const body = await open("ecs");
    body.aws.faults = once("RunTask", { kind: "lostReply" });
    const launching = body.launch(body.as(body.once(), { does: "stay" }));
    const [reply] = await elapsing(body, launching);
    expect(reply).toMatchObject({ kind: "launched" });
    expect(body.doubles.ecs.tasks).toHaveLength(1);
  });

  test("of ECS, for good: a repeat is the same call, and finds the task that runs", async () => {
    const body = await open("ecs");
    body.aws.faults = ({ operation }) =>
      operation === "RunTask" ? { kind: "lostReply" } : undefined;
    const request = body.as(body.once(), { does: "stay" });
    expect(await elapsing(body, body.launch(request))).toMatchObject([{ kind: "unknown" }]);
    body.aws.faults = undefined;
    expect(await body.launch(request)).toMatchObject([{ kind: "launched" }]);
    expect(body.doubles.ecs.tasks).toHaveLength(1);
  });

  test("of Batch: the SDK sends nothing twice; the job is found by its name", async () => {
    const body = await open("batch", { batch: { lagMs: 5 * SECOND } });
    body.aws.faults = once("SubmitJob", { kind: "lostReply" });
    const request = body.as(body.once(), { does: "stay" });
    expect(await body.launch(request)).toMatchObject([{ kind: "unknown" }]);
    expect(await body.launch(request)).toMatchObject([{ kind: "unknown" }]);
    await body.pass(6 * SECOND);
    expect(await body.launch(request)).toMatchObject([{ kind: "launched" }]);
    expect([body.doubles.batch.jobs.length, body.count("SubmitJob")]).toEqual([1, 1]);
  });

  test("of Batch, and the request never came: after a minute it is certain, and asked again", async () => {
    const body = await open("batch");
    body.aws.faults = once("SubmitJob", { kind: "lostRequest" });
    const request = body.as(body.once(), { does: "stay" });
    expect(await body.launch(request)).toMatchObject([{ kind: "unknown" }]);
    await body.pass(59 * SECOND);
    expect(await body.backend.look([request.instance])).toEqual([{ kind: "unknown" }]);
    await body.pass(2 * SECOND);
    expect(await body.backend.look([request.instance])).toEqual([{ kind: "gone" }]);
    expect(await body.launch(request)).toMatchObject([{ kind: "launched" }]);
    expect(body.doubles.batch.jobs).toHaveLength(1);
  });
});

describe("what AWS answers", () => {
  const CAPACITY = "Capacity is unavailable at this time. Please try again later.";
  const ROLE =
    "ECS was unable to assume the role 'arn:aws:iam::1:role/x' that was provided for this task.";
  const TABLE: Readonly<Record<string, [object, object]>> = {
    "too fast: later": [
      refuse("ThrottlingException", "Rate exceeded"),
      { kind: "noRoom", reason: /slower/ },
    ],
    "too fast, hidden in another code: later": [
      refuse(
        "InvalidParameterException",
        "Error retrieving subnet information: Rate exceeded (ErrorCode: Throttling)",
      ),
      { kind: "noRoom", reason: /slower/ },
    ],
    "no capacity: later": [
      refuse("ClientException", CAPACITY),
      { kind: "noRoom", reason: /no room/ },
    ],
    "the account's vCPUs are used up: later": [
      refuse(
        "LimitExceededException",
        "You've reached the limit on the number of vCPUs you can run concurrently",
      ),
      { kind: "noRoom", reason: /vCPUs/ },
    ],
    "it can't assume a role that is known for long: rejected": [
      refuse("ClientException", ROLE),
      { kind: "rejected", reason: /can't be assumed/ },
    ],
    "a mistake of ours: rejected, in AWS's words": [
      refuse("InvalidParameterException", "The subnet ID 'subnet-0aa' does not exist"),
      { kind: "rejected", reason: /subnet-0aa/ },
    ],
    "it may not: rejected": [
      refuse("AccessDeniedException", "not authorized to perform: ecs:RunTask"),
      { kind: "rejected", reason: /authorized/ },
    ],
  };
  for (const [fact, [fault, reply]] of Object.entries(TABLE))
    test(fact, async () => {
      const body = await open("ecs");
      body.aws.faults = ({ operation }) => (operation === "RunTask" ? (fault as never) : undefined);
      const request = body.once();
      const { kind, reason } = reply as { kind: string; reason: RegExp };
      const [got] = await elapsing(body, body.launch(request));
      expect(got).toEqual({ kind, reason: expect.stringMatching(reason) });
      body.aws.faults = undefined;
      if (kind === "noRoom")
        expect(await body.launch(request)).toMatchObject([{ kind: "launched" }]);
    });

  test("some of ten workers find no place: those wait, the others are launched, and known apart", async () => {
    let places = 6;
    const body = await open("ecs", {
      ecs: { failure: () => (places-- > 0 ? undefined : "RESOURCE:ENI") },
    });
    const workers = Array.from({ length: 10 }, (_, index) =>
      aLaunch({ run: "worker", instance: { index } }),
    );
    const replies = await body.launch(...workers);
    expect(replies.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 6 }, () => "launched"),
      ...Array.from({ length: 4 }, () => "noRoom"),
    ]);
    places = 10;
    await body.launch(...workers);
    expect([body.count("RunTask"), body.doubles.ecs.tasks.length]).toEqual([2, 10]);
    await body.pass(5 * SECOND);
    const indices = body.events.all.map(({ instance }) => instance.index);
    expect(new Set(indices)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });
});

describe("a role", () => {
  test("that is not there yet is waited for, and nothing is asked", async () => {
    const body = await open("ecs", { roleAt: "never" });
    expect(await body.launch(body.once())).toEqual([
      { kind: "noRoom", reason: "Its role is being prepared." },
    ]);
    expect(body.count("RunTask")).toBe(0);
  });

  test("that was just made is refused for a while; that is no reason to give up for two minutes", async () => {
    let isKnown = false;
    const body = await open("ecs", { roleAt: NOON, ecs: { isRoleReady: () => isKnown } });
    const request = body.once();
    expect(await body.launch(request)).toMatchObject([{ kind: "noRoom", reason: /prepared/ }]);
    isKnown = true;
    expect(await body.launch(request)).toMatchObject([{ kind: "launched" }]);
    isKnown = false;
    await body.pass(3 * MINUTE);
    const other = body.once({ instance: { executionId: "exe_02" } });
    expect(await body.launch(other)).toMatchObject([{ kind: "rejected", reason: /assumed/ }]);
  });

  test("of the catalogue is not had by a description that calls itself the same", async () => {
    const body = await open("ecs");
    await body.launch(body.once({ isAdHoc: true }));
    expect(body.doubles.ecs.tasks).toHaveLength(1);
    const other = await open("ecs", { roleAt: "never" });
    expect(await other.launch(body.once({ isAdHoc: true }))).toMatchObject([{ kind: "noRoom" }]);
  });
});

describe("a gang", () => {
  const nodes = (body: Awaited<ReturnType<typeof open>>, size = 4) =>
    Array.from({ length: size }, (_, index) =>
      body.as(aLaunch({ run: "gang", instance: { index } }), { does: "stay" }),
    );

  test("is one job; all its nodes are told to run, and end with the first", async () => {
    const body = await open("batch");
    const requests = nodes(body).map((request) =>
      request.instance.index === 0 ? body.as(request, { does: "succeed" }) : request,
    );
    const replies = await body.launch(...requests);
    expect(body.doubles.batch.jobs.map(({ input }) => input.nodeOverrides?.numNodes)).toEqual([4]);
    expect(new Set(replies.map((reply) => reply.kind))).toEqual(new Set(["launched"]));
    await body.pass(30 * SECOND);
    const ends = body.events.all.flatMap((event) =>
      event.kind === "ended" ? [event.outcome.kind] : [],
    );
    expect(ends).toEqual(["succeeded", "cancelled", "cancelled", "cancelled"]);
  });

  test("of which not all were asked for waits", async () => {
    const body = await open("batch");
    expect(await body.launch(...nodes(body, 3))).toMatchObject([{ kind: "noRoom" }, {}, {}]);
    expect(body.count("SubmitJob")).toBe(0);
  });

  test("runs as all its nodes, and is stopped whole", async () => {
    const body = await open("batch");
    const requests = nodes(body);
    await body.launch(...requests);
    await body.pass(10 * SECOND);
    expect(await body.backend.list()).toHaveLength(4);
    await body.backend.stop(
      requests.slice(2).map(({ instance }) => instance),
      { kind: "cancelled", by: "ada" },
    );
    await body.pass(MINUTE);
    expect(await body.backend.list()).toEqual([]);
    expect(body.count("TerminateJob")).toBe(1);
  });
});

test("an array of 500 is one call, and is stopped by one", async () => {
  const body = await open("batch");
  const requests = Array.from({ length: 500 }, (_, index) =>
    body.as(body.once({ instance: { index } }), { does: "stay" }),
  );
  await body.launch(...requests);
  await body.pass(30 * SECOND);
  expect(await body.backend.list()).toHaveLength(500);
  await body.backend.stop(
    requests.map(({ instance }) => instance),
    { kind: "cancelled", by: "ada" },
  );
  await body.pass(MINUTE);
  const ended = body.events.all.filter(({ kind }) => kind === "ended");
  expect(ended).toHaveLength(500);
  expect(ended[7]).toMatchObject({ outcome: { kind: "cancelled", by: "ada" } });
  expect([body.count("SubmitJob"), body.count("TerminateJob")]).toEqual([1, 1]);
});

test("a definition is registered once, for any number of launches", async () => {
  const body = await open("ecs");
  for (let index = 0; index < 5; index++) await body.launch(body.once({ instance: { index } }));
  expect([body.count("RegisterTaskDefinition"), body.count("RunTask")]).toEqual([1, 5]);
});

test("an hour after a task ended, ECS has forgotten it: it is gone", async () => {
  const body = await open("ecs");
  const request = body.as(body.once(), { does: "fail", exitCode: 3 });
  await body.launch(request);
  await body.pass(10 * SECOND);
  await body.pass(10 * SECOND);
  expect(await body.backend.look([request.instance])).toMatchObject([
    { kind: "ended", outcome: { exitCode: 3 } },
  ]);
  await body.pass(61 * MINUTE);
  expect(await body.backend.look([request.instance])).toEqual([{ kind: "gone" }]);
});

test("what was just launched and is in no answer yet is not called gone", async () => {
  const body = await open("ecs", { ecs: { lagMs: 10 * SECOND } });
  const request = body.as(body.once(), { does: "stay" });
  await body.launch(request);
  expect(await body.backend.look([request.instance])).toEqual([{ kind: "unknown" }]);
  await body.pass(11 * SECOND);
  expect(await body.backend.look([request.instance])).toMatchObject([{ kind: "running" }]);
});

test("two jobs of one name: the one that lost its claim is left for the other", async () => {
  const body = await open("batch");
  const request = body.as(body.once(), { does: "stay" });
  await body.launch(request);
  const [job] = body.doubles.batch.jobs;
  const record = await body.book.find([request.instance]);
  await body.family.send(record[0]?.call ?? "");
  const [, copy] = body.doubles.batch.jobs;
  await body.pass(10 * SECOND);
  await body.family.stop(record[0] as never, [0], "113");
  expect(job?.id).not.toBe(copy?.id);
  expect(body.doubles.batch.jobs).toHaveLength(2);
  expect(
    await body.family.sibling({ ...(record[0] as object), ids: [job?.id ?? ""] } as never),
  ).toEqual([copy?.id]);
});

test("a reason of any length fits what AWS keeps", () => {
  const text = stopText({ kind: "cancelled", by: "ada", reason: `"${"because ".repeat(200)}` });
  expect(text.length).toBeLessThanOrEqual(250);
  expect(JSON.parse(text.slice(4))).toMatchObject({ kind: "cancelled", by: "ada" });
});

/** Lets the virtual time go on while the SDK waits for its next try. */
async function elapsing<T>(body: { clock: VirtualTimers }, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    body.clock.elapse(100);
  }
  return done;
}
