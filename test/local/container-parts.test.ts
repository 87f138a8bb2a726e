// The parts of the container engine that need no runtime: what a container is asked to be, its log, words for what goes wrong.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { LaunchRequest } from "#functions/backend.ts";
import { creationOf } from "#local/backends/container/creation.ts";
import { Gate } from "#local/backends/container/gate.ts";
import { framesOf, ProgramLog } from "#local/backends/container/program-log.ts";
import { refusalOf } from "#local/backends/container/refusal.ts";
import { lookForRuntime } from "#local/backends/container/runtime.ts";
import { whyNoVolumes } from "#local/backends/container/volumes.ts";
import { foldersIn } from "#local/backends/engine/folders.ts";
import { containerSettings } from "#local/container-settings.ts";
import { readOptions } from "#local/options.ts";
import { aRequest } from "./process-body.ts";

const folder = mkdtempSync(join(tmpdir(), "zoe-parts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function aCreation(service: object = {}, gang?: LaunchRequest["gang"]) {
  const request = {
    ...aRequest("echo hi", {
      service: { image: "debian", resources: { cpu: 0.5, memoryMib: 64, gpu: 0 }, ...service },
    }),
    ...(gang && { gang }),
  };
  const program = {
    ...{ id: "exe_1/sim-0.1", request, mark: "state/exe_1/sim-0.1", made: false },
    ...{
      folders: foldersIn("/state/7", "zoe"),
      cacheFolder: "/state/cache",
      secrets: { KEY: "s" },
    },
    note: { instance: request.instance, outputs: [] },
  };
  return creationOf(program, {
    ...{ stateId: "0123456789abcdef", network: "net", mounts: [], hasInit: true },
    ...{ image: { id: "sha256:1", hasFolder: false }, readOnlyRoot: true },
  });
}

test("a container has no capabilities, no new privileges, and limits of cpu, memory and processes", () => {
  expect(aCreation().HostConfig).toMatchObject({
    ...{ CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges"], Privileged: false },
    ...{ NanoCpus: 5e8, Memory: 64 * 2 ** 20, MemorySwap: 64 * 2 ** 20, PidsLimit: 4096 },
    ...{ ReadonlyRootfs: true, NetworkMode: "net", Init: true },
  });
});

test("a gang's node has its share of cpu in short turns", () => {
  const gang = { node: 0, nodes: 2, slots: [1, 1], startWithinSeconds: 60, secret: "s" };
  const limits = (cpu: number) =>
    aCreation({ resources: { cpu, memoryMib: 64, gpu: 0 } }, gang).HostConfig;
  expect(limits(0.25)).toMatchObject({ CpuPeriod: 10_000, CpuQuota: 2500 });
  expect(limits(0.05)).toMatchObject({ CpuPeriod: 100_000, CpuQuota: 5000 });
  expect(limits(0.25)).not.toHaveProperty("NanoCpus");
});

test("a container's labels say whose it is", () => {
  expect(aCreation().Labels).toMatchObject({
    ...{ "zoe.state": "0123456789abcdef", "zoe.execution": "exe_1", "zoe.service": "sim" },
    ...{ "zoe.index": "0", "zoe.generation": "1", "zoe.tenant": "physics", "zoe.user": "ada" },
  });
});

test("a container finds its folders where its environment says, and mounts nothing else of ours", () => {
  const { Env = [], HostConfig } = aCreation();
  expect(Env).toContain("ZOE_OUTPUT_DIR=/zoe/out");
  expect(Env).toContain("KEY=s");
  expect(HostConfig?.Mounts?.map(({ Source, Target }) => `${Source}:${Target}`)).toEqual([
    "/state/7/zoe:/zoe",
    "/state/cache:/zoe-cache",
  ]);
});

test("a command replaces the image's own entry point", () => {
  expect(aCreation()).toMatchObject({ Entrypoint: ["/bin/sh"], Cmd: ["-c", "echo hi"] });
});

test("GPUs and shared memory are asked for where the service wants them", () => {
  const resources = { cpu: 1, memoryMib: 64, gpu: 2, sharedMemoryMib: 32 };
  expect(aCreation({ resources }).HostConfig).toMatchObject({
    ShmSize: 32 * 2 ** 20,
    DeviceRequests: [{ Count: 2, Capabilities: [["gpu"]] }],
  });
});

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

test("frames are told apart wherever the bytes are cut", async () => {
  const bytes = Buffer.concat([frame(1, "out"), frame(2, "error"), frame(1, ""), frame(1, "!")]);
  for (const size of [1, 2, 7, 9, 100]) {
    const chunks = async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    };
    let out = "";
    let err = "";
    for await (const { isError, bytes: part } of framesOf(chunks()))
      if (isError) err += part;
      else out += part;
    expect([out, err]).toEqual(["out!", "error"]);
  }
});

test("a log longer than its limit keeps its beginning and its end", async () => {
  const log = new ProgramLog(folder);
  const line = `${"x".repeat(1023)}\n`;
  const chunks = async function* () {
    yield frame(1, "first\n");
    for (let n = 0; n < 300; n++) yield frame(1, line.repeat(64));
    yield frame(1, "last\n");
  };
  await log.follow(chunks());
  await log.close();
  const kept = readFileSync(join(folder, "stdout"), "latin1");
  expect(kept.length).toBeLessThan(11 * 2 ** 20);
  expect(kept.startsWith("first\n")).toBe(true);
  expect(kept.endsWith("last\n")).toBe(true);
});

const REFUSALS = {
  'preparing container 88 for attach: runc: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: OCI runtime attempted to invoke a command that was not found':
    { exitCode: 127, reason: expect.stringContaining("not found in the image") },
  'exec: "/etc/passwd": permission denied': { exitCode: 126 },
  "all predefined address pools have been fully subnetted": { code: "network" },
  "something else": { code: "engine", reason: expect.stringContaining("something else") },
};
for (const [text, refusal] of Object.entries(REFUSALS))
  test(`a refusal is told in words: ${text.slice(-40)}`, () =>
    expect(refusalOf(new Error(text))).toMatchObject(refusal));

test("without a runtime one sentence says where was looked and what to do", async () => {
  const said = await lookForRuntime({ dockerHost: `unix://${folder}/no.sock` });
  expect(said).toMatch(
    /^No container runtime answers: looked at .*no\.sock \(not there\)\. .*--engine process\.$/,
  );
});

test("a runtime on another machine is refused, with the reason", async () => {
  expect(await lookForRuntime({ dockerHost: "tcp://10.0.0.1:2375" })).toMatch(
    /socket of this machine/,
  );
});

test.each(["/", "/proc/x", "/zoe/work", "data", "/zoe/../zoe"])(
  "no volume is mounted at %s",
  (path) => {
    const volumes = [{ name: "data", path, readOnly: false, scope: "user" as const }];
    expect(whyNoVolumes({ ...aRequest("").service, volumes })).toMatch(/can't be mounted/);
  },
);

test("a gate lets so many through at once, in order", async () => {
  const gate = new Gate(2);
  let inside = 0;
  let most = 0;
  const order: number[] = [];
  const act = (n: number) => async () => {
    most = Math.max(most, ++inside);
    order.push(n);
    await new Promise(setImmediate);
    inside--;
  };
  await Promise.all([0, 1, 2, 3, 4].map((n) => gate.through(act(n))));
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4]);
});

test("the administrator's words about containers are read, or refused with what was wanted", () => {
  const words = [
    "--engine",
    "auto",
    "--images",
    "debian, quay.io/*",
    "--host-volumes",
    "atlas=/data,scratch=/s:rw",
  ];
  expect(readOptions(words, {})).toMatchObject({
    engine: "auto",
    containers: {
      images: ["debian", "quay.io/*"],
      hostVolumes: [
        { name: "atlas", folder: "/data", readOnly: true },
        { name: "scratch", folder: "/s", readOnly: false },
      ],
    },
  });
  expect(() => readOptions(["--engine", "vm"], {})).toThrow(/ZOE_ENGINE/);
  expect(() => containerSettings({ ZOE_HOST_VOLUMES: "atlas=data" })).toThrow(/NAME=\/folder/);
});
