// The sidecar's two steps: what is there when the program begins, and what is left when it is over, however it ends.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CLAIM, claim, claimKey, readClaim } from "#functions/aws/claim.ts";
import { readNote } from "#functions/aws/instance-note.ts";
import { writeOrders } from "#functions/aws/orders.ts";
import { EXIT } from "#shared/container-group.ts";
import { enter } from "#sidecar/enter.ts";
import {
  claimantOf,
  type Instance,
  instanceOf,
  nameOf,
  readSpec,
  takeOver,
} from "#sidecar/instance.ts";
import { sidecar } from "#sidecar/sidecar.ts";
import { lookAtTask } from "#sidecar/task-look.ts";
import { numbered, OPTIONS } from "#test/contract/task-queue/under-test.ts";
import { freePort } from "#test/free-port.ts";
import { anInstance, aSpec, aStand, type Stand } from "./world.ts";

let stand: Stand;
beforeEach(() => {
  stand = aStand();
});
afterEach(() => stand.remove());

const under = (...path: string[]) => join(stand.world.folder, ...path);
const text = (...path: string[]) => readFileSync(under(...path), "utf8");
const never = new AbortController().signal;
const stopped = (exitCode: number) => ({ name: "program", isStopped: true, exitCode });
/** The program ends after so long. */
const endsAfter = (seconds: number, exitCode = 0) => {
  const at = stand.now + seconds * 1000;
  stand.meanwhile = (now) => {
    if (now >= at) stand.program = stopped(exitCode);
  };
};
async function keys(): Promise<string[]> {
  const { objects } = stand.world as unknown as {
    objects: { list(prefix: string, page: object): Promise<{ objects: { key: string }[] }> };
  };
  return (await objects.list("", { limit: 100 })).objects.map(({ key }) => key);
}

describe("enter", () => {
  test("claims, makes the folders, writes files and hands over; the same runner may come again", async () => {
    const files = { "in/notes.txt": "hello", "run.sh": "#!/bin/sh\necho hi" };
    const instance = anInstance({ stages: [{ inputs: [], outputs: [], files }] });
    expect(await enter(stand.world, instance)).toBe(0);
    expect(text("work", "in/notes.txt")).toBe("hello");
    expect(execFileSync(under("work", "run.sh"), { encoding: "utf8" })).toBe("hi\n");
    const leaseUntil = stand.now + CLAIM.leaseSeconds * 1000;
    expect(await takeOver(stand.world)).toEqual({ ...instance, leaseUntil });
    expect(await enter(stand.world, instance)).not.toBe(EXIT.duplicate);
  });

  test("a second runner of the generation is a duplicate, and changes nothing", async () => {
    await enter(stand.world, anInstance());
    const folder = stand.world.folder;
    const other = { ...stand.world, folder: join(folder, "other") };
    expect(await enter(other, anInstance({}, "arn:task/2"))).toBe(EXIT.duplicate);
    expect(existsSync(other.folder)).toBe(false);
  });

  test("a newer generation waits until the older one's lease is over", async () => {
    await enter(stand.world, anInstance());
    const before = stand.now;
    expect(await enter(stand.world, anInstance({ generation: 2 }, "arn:task/2"))).toBe(0);
    const waited = (stand.now - before) / 1000;
    expect(waited).toBeGreaterThanOrEqual(CLAIM.leaseSeconds + CLAIM.marginSeconds);
  });

  test("workers are not fenced, and told apart by their runner", async () => {
    const worker = { queue: "tasks", idleSeconds: 10 };
    const one = anInstance({ run: "worker", isFenced: false, worker });
    expect(await enter(stand.world, one)).toBe(0);
    expect(await enter(stand.world, { ...one, runner: "arn:task/2" })).toBe(0);
    expect(nameOf({ ...one, runner: "arn:task/2" })).not.toBe(nameOf(one));
  });

  test("a spec too long for the request is read from the bucket; Batch's number counts", async () => {
    const spec = aSpec({ index: 10, size: 3, run: "array" });
    const bytes = new TextEncoder().encode(JSON.stringify(spec));
    await stand.world.objects.put("tenants/lab/launches/x.json", bytes);
    const read = await readSpec(stand.world, "s3:tenants/lab/launches/x.json");
    expect(instanceOf(read, { number: 2, runner: "job" }).index).toBe(12);
    expect(await readSpec(stand.world, JSON.stringify(spec))).toEqual(spec);
  });

  test("the start script passes words and variables on as they are", async () => {
    const environment = { A: "it's $HOME `x`\n", B: "" };
    const words = ["/usr/bin/env", "printf", "%s|", "a b", "$A", "'q'"];
    const starts = [{ command: { kind: "exec" as const, words }, environment }];
    await enter(stand.world, anInstance({ run: "array", starts, index: 7 }));
    const out = execFileSync("/bin/sh", [under("start")], { encoding: "utf8" });
    expect(out).toBe("a b|$A|'q'|");
    expect(text("start")).toContain("export ZOE_ARRAY_INDEX='7'");
  });
});

describe("inputs", () => {
  let server: Server;
  let base: string;
  const content = Buffer.from("x".repeat(300_000));
  const sum = createHash("sha256").update(content).digest("hex");
  let asked: (string | undefined)[];
  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      const { range } = request.headers;
      asked.push(range);
      if (request.url === "/gone") {
        response.writeHead(404).end();
        return;
      }
      const from = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
      const left = content.length - from;
      response.writeHead(range ? 206 : 200, { "content-length": left });
      if (range) {
        response.end(content.subarray(from));
        return;
      }
      if (asked.length > 1) {
        response.end(content);
        return;
      }
      // The first answer breaks off in the middle.
      response.write(content.subarray(0, 100_000), () =>
        setImmediate(() => request.socket.destroy()),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const withInput = (from: string, to = "data/") =>
    anInstance({ stages: [{ inputs: [{ from, to }], outputs: [], files: {} }] });

  test("a download that breaks off is tried again, and its sum is checked", async () => {
    expect(await enter(stand.world, withInput(`${base}/big.bin#sha256=${sum}`))).toBe(0);
    expect(readFileSync(under("work", "data", "big.bin"))).toEqual(content);
    expect(asked.length).toBeGreaterThan(1);
  });

  test("what is there of it is not fetched again", async () => {
    mkdirSync(under("work", "data"), { recursive: true });
    writeFileSync(under("work", "data", "big.bin.part"), content.subarray(0, 200_000));
    expect(await enter(stand.world, withInput(`${base}/big.bin#sha256=${sum}`))).toBe(0);
    expect(readFileSync(under("work", "data", "big.bin"))).toEqual(content);
    expect(asked).toEqual(["bytes=200000-"]);
  });

  test.each([
    ["a wrong sum", () => `${base}/big.bin#sha256=${"0".repeat(64)}`],
    ["what is not there", () => `${base}/gone`],
    ["an upload that nobody made", () => "upload:nobody"],
    ["what may not be read", () => "upload:denied"],
    ["an address of another kind", () => "ftp://example.org/x"],
  ])("%s ends the instance before its program, and says why", async (_, from) => {
    const get: typeof stand.world.objects.get = async (key, range) => {
      if (!key.endsWith("denied")) return stand.world.objects.get(key, range);
      throw Object.assign(new Error("Access Denied"), { $metadata: { httpStatusCode: 403 } });
    };
    const world = { ...stand.world, objects: { ...stand.world.objects, get } };
    expect(await enter(world, withInput(from()))).toBe(EXIT.staging);
    expect(stand.logged).toContain("Its inputs could not be had.");
    const of = { owner: "lab#hello", executionId: "exe_1", id: "1" };
    const { problem } = (await readNote(stand.world.store, of)) ?? {};
    expect(problem).toMatch(/^Its inputs could not be had. The input .* can't be read. \w/);
  });

  test("an upload of the tenant, and nothing outside the work folder", async () => {
    await stand.world.objects.put("tenants/lab/uploads/upl_1", new TextEncoder().encode("mine"));
    expect(await enter(stand.world, withInput("upload:upl_1", "a.txt"))).toBe(0);
    expect(text("work", "a.txt")).toBe("mine");
    expect(await enter(stand.world, withInput("upload:upl_1", "../../a"))).toBe(EXIT.staging);
  });
});

describe("sidecar", () => {
  async function entered(instance: Instance): Promise<Instance> {
    expect(await enter(stand.world, instance)).toBe(0);
    return takeOver(stand.world);
  }

  test("ends with the program's code, keeps its files, and frees the claim", async () => {
    const outputs = [{ path: "*.csv", to: "results" }];
    const instance = await entered(anInstance({ stages: [{ inputs: [], outputs, files: {} }] }));
    writeFileSync(under("work", "table.csv"), "1,2");
    writeFileSync(under("out", "log.txt"), "done");
    symlinkSync("/etc/passwd", under("out", "stolen"));
    endsAfter(300);
    expect(await sidecar(stand.world, instance, never)).toBe(0);
    const kept = "tenants/lab/executions/exe_1/files";
    expect(await keys()).toEqual([`${kept}/main/main-0.1/log.txt`, `${kept}/results/table.csv`]);
    const found = await readClaim(stand.world.store, claimKey(claimantOf(instance)));
    expect(found).toMatchObject({ isOver: true });
  });

  test("a program that fails keeps its own files, and no results", async () => {
    const outputs = [{ path: "*.csv", to: "results" }];
    const instance = await entered(anInstance({ stages: [{ inputs: [], outputs, files: {} }] }));
    writeFileSync(under("work", "table.csv"), "1,2");
    endsAfter(5, 3);
    expect(await sidecar(stand.world, instance, never)).toBe(3);
    expect(await keys()).toEqual([]);
  });

  test("while the program runs the claim is renewed, however long", async () => {
    const instance = await entered(anInstance());
    endsAfter(3600);
    expect(await sidecar(stand.world, instance, never)).toBe(0);
    expect(stand.now - 1_000_000).toBeGreaterThanOrEqual(3_600_000);
  });

  test("who is cut off from the table leaves before its lease is over", async () => {
    const instance = await entered(anInstance());
    const { leaseUntil = 0 } =
      (await readClaim(stand.world.store, claimKey(claimantOf(instance)))) ?? {};
    const transact = () => new Promise<never>(() => {});
    const cut = {
      ...stand.world,
      store: Object.assign(Object.create(stand.world.store), {
        transact,
        get: stand.world.store.get.bind(stand.world.store),
      }),
    };
    expect(await sidecar(cut, instance, never)).toBe(EXIT.fenced);
    expect(stand.now).toBeLessThanOrEqual(leaseUntil - (CLAIM.stopSeconds - 1) * 1000);
  });

  test("who lost the claim to a newer generation leaves, and keeps nothing", async () => {
    const instance = await entered(anInstance());
    writeFileSync(under("out", "log.txt"), "done");
    const newer = { ...claimantOf(instance), generation: 2, runner: "arn:task/2" };
    stand.meanwhile = (now) => {
      if (now > 1_030_000) void claim(stand.world.store, newer, () => now + 1_000_000);
    };
    expect(await sidecar(stand.world, instance, never)).toBe(EXIT.fenced);
    expect(await keys()).toEqual([]);
  });

  test("a program over its time is ended; SIGTERM ends it too, and what it has is kept", async () => {
    const instance = await entered(anInstance({ maxTimeSeconds: 60 }));
    writeFileSync(under("out", "half.txt"), "half");
    expect(await sidecar(stand.world, instance, never)).toBe(124);
    expect(await keys()).toHaveLength(1);
    const other = await entered(anInstance({ index: 1 }, "arn:task/9"));
    const told = new AbortController();
    stand.meanwhile = () => told.abort();
    expect(await sidecar(stand.world, other, told.signal)).toBe(143);
  });

  test.each([
    ["has ended then, gives its claim back", true],
    ["runs on, keeps its claim until the lease is over", false],
  ])("a program that was told to end and %s", async (_, ends) => {
    const instance = await entered(anInstance());
    const told = new AbortController();
    stand.meanwhile = () => {
      told.abort();
      if (ends) stand.program = stopped(143);
    };
    expect(await sidecar(stand.world, instance, told.signal)).toBe(143);
    const found = await readClaim(stand.world.store, claimKey(claimantOf(instance)));
    expect(found?.isOver).toBe(ends);
  });

  test("a worker's program has the runtime API; killed, what it held waits again", async () => {
    const ref = { executionId: "exe_1", queue: "tasks" };
    await stand.world.tasks.create(ref, OPTIONS);
    await stand.world.tasks.put(ref, numbered(2));
    const worker = { queue: "tasks", idleSeconds: 10 };
    const instance = await entered(anInstance({ run: "worker", isFenced: false, worker }));
    const port = await freePort();
    const world = { ...stand.world, port };
    const done = sidecar(world, instance, never);
    const url = `http://127.0.0.1:${port}/${"s".repeat(64)}`;
    const answer = await fetch(`${url}/next?wait=0`);
    expect(await answer.json()).toMatchObject({ leases: [{ task: "n0" }] });
    const of = { owner: "lab#hello", executionId: "exe_1", service: "main" };
    await writeOrders(stand.world.store, of, { mayLeave: true, isDraining: true }, stand.now);
    while ((await fetch(`${url}/next?wait=0`)).status !== 410);
    stand.program = stopped(137);
    expect(await done).toBe(137);
    expect(await stand.world.tasks.counts(ref)).toMatchObject({ leased: 0, done: 0 });
  });
});

test("the task metadata of ECS is read as far as it is needed", async () => {
  const answer = {
    Cluster: "default",
    TaskARN: "arn:aws:ecs:us-west-2:111122223333:task/default/158d1c8083dd49d6b527399fd6414f5c",
    Containers: [
      { DockerId: "a", Name: "enter", KnownStatus: "STOPPED", ExitCode: 0, Type: "NORMAL" },
      { DockerId: "b", Name: "program", KnownStatus: "RUNNING", Type: "NORMAL" },
    ],
  };
  const ask = async () => new Response(JSON.stringify(answer));
  expect(await lookAtTask("http://169.254.170.2/v4/x", ask as typeof fetch)).toEqual({
    taskArn: answer.TaskARN,
    containers: [
      { name: "enter", isStopped: true, exitCode: 0 },
      { name: "program", isStopped: false },
    ],
  });
});
