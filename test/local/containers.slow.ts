// What the container engine promises beyond the contract, in real containers: apart from each other and from the machine, limited, named, tidied up.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LaunchRequest } from "#functions/backend.ts";
import { stateIdOf } from "#local/backends/engine/options.ts";
import type { Outcome } from "#shared/instance.ts";
import {
  BASE_IMAGE,
  type ContainerBody,
  openContainerBody,
  runtimesHere,
  type TestRuntime,
} from "./container-body.ts";
import {
  aRequest,
  keysOf,
  logOf,
  type ProcessBody,
  type RequestBend,
  textOf,
} from "./process-body.ts";

const NODE = "node:24-slim";
const runtimes = await runtimesHere(NODE);
if (runtimes.length === 0) test.skip("no container runtime answers here", () => {});

const STOPPED: Outcome = { kind: "cancelled", by: "ada" };

function aContainer(command: string, { service, ...bend }: RequestBend = {}): LaunchRequest {
  const resources = { cpu: 0.5, memoryMib: 64, gpu: 0 };
  return aRequest(command, { ...bend, service: { image: BASE_IMAGE, resources, ...service } });
}

describe.each(runtimes)("containers of $name", ({ dockerHost, runtime }: TestRuntime) => {
  const { docker } = runtime;
  let body: ContainerBody;
  beforeEach(async () => {
    body = await openContainerBody({ dockerHost });
  });
  afterEach(() => body.close());

  async function run(
    request: LaunchRequest,
  ): Promise<{ outcome: Outcome; out: string; err: string }> {
    expect(await body.backend.launch([request])).toMatchObject([{ kind: "launched" }]);
    const outcome = await body.events.outcome(request);
    const of = body as unknown as ProcessBody;
    return { outcome, out: await logOf(of, request), err: await logOf(of, request, "stderr") };
  }

  async function start(request: LaunchRequest): Promise<LaunchRequest> {
    expect(await body.backend.launch([request])).toMatchObject([{ kind: "launched" }]);
    await body.events.running(request);
    return request;
  }

  async function ours(state = body.state): Promise<string[]> {
    const filters = JSON.stringify({ label: [`zoe.state=${stateIdOf(state)}`] });
    const containers = await docker.listContainers({ all: true, filters });
    const networks = await docker.listNetworks({ filters });
    const { Volumes } = await docker.listVolumes({ filters });
    const names = [
      ...containers.flatMap(({ Names }) => Names),
      ...networks.map(({ Name }) => Name),
    ];
    return [...names, ...(Volumes ?? []).map(({ Name }) => Name)];
  }

  const exec = (request: LaunchRequest, ...words: string[]) =>
    body.backend.exec?.(request.instance, words);

  test("a program has no privileges, its own folders, and leaves what it wrote", async () => {
    const script = `grep -E 'CapEff|NoNewPrivs' /proc/self/status; pwd; echo "$ZOE_EXECUTION_ID"; echo bad >&2
      echo kept > $ZOE_OUTPUT_DIR/file; mv $TMPDIR $HOME/moved; exit 3`;
    const { outcome, out, err } = await run(aContainer(script));
    expect(outcome).toMatchObject({ kind: "failed", exitCode: 3 });
    expect(out).toMatch(/CapEff:\s+0{16}/);
    expect(out).toMatch(/NoNewPrivs:\s+1/);
    expect(out).toContain("/zoe/work\nexe_1\n");
    expect(err).toContain("bad");
    const [key = ""] = await keysOf(body as unknown as ProcessBody);
    expect(await textOf(body as unknown as ProcessBody, key)).toBe("kept\n");
  });

  test("a command that isn't in the image fails as such", async () => {
    const request = aContainer("", { service: { command: { kind: "exec", words: ["nosuch"] } } });
    const { outcome } = await run(request);
    expect(outcome).toMatchObject({ kind: "failed", exitCode: 127 });
  });

  test("an image that can't be had fails with what the registry said", async () => {
    const { outcome } = await run(
      aContainer("true", { service: { image: "localhost:9/no/such" } }),
    );
    expect(outcome).toMatchObject({ kind: "failed", code: "image" });
    expect(outcome).toMatchObject({
      reason: expect.stringMatching(/localhost:9\/no\/such:latest can't be pulled/),
    });
  });

  test("a program that wants more cpu than its limit gets no more", async () => {
    const spin = "i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done";
    const fifth = aContainer(spin, {
      service: { resources: { cpu: 0.2, memoryMib: 64, gpu: 0 } },
    });
    await run(fifth);
    const { usage } = await body.events.ended(fifth);
    const share = (usage?.cpuSeconds ?? 0) / (usage?.wallSeconds ?? 1);
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.3);
  });

  test("programs of one execution find each other by name, those of another don't reach them", async () => {
    const serve = `node -e 'require("http").createServer((q, r) => r.end("hello")).listen(8080)'`;
    const ask = (address: string) =>
      `const t = setTimeout(() => { console.log("timeout"); process.exit(1) }, 4000);
       fetch("http://${address}:8080").then(r => r.text()).then(t => { console.log("got " + t); process.exit(0) }, e => { console.log("refused"); process.exit(1) })`;
    const image = { image: NODE, resources: { cpu: 0.5, memoryMib: 128, gpu: 0 } };
    const server = await start(
      aContainer(serve, { service: image, instance: { service: "server" } }),
    );
    const client = (executionId: string, script: string, tenant: string) =>
      aContainer("", {
        ...{ tenant, instance: { executionId, service: "client" } },
        service: { ...image, command: { kind: "exec", words: ["node", "-e", script] } },
      });
    expect((await run(client("exe_1", ask("server-0"), "physics"))).out).toBe("got hello\n");
    const where = await exec(server, "hostname", "-i");
    const ip = where?.kind === "ended" ? where.stdout.trim().split(" ").at(-1) : "";
    expect(ip).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect((await run(client("exe_2", ask("server-0"), "biology"))).outcome).toMatchObject({
      exitCode: 1,
    });
    const byAddress = await run(client("exe_3", ask(ip ?? ""), "biology"));
    expect(byAddress.outcome).toMatchObject({ exitCode: 1 });
  });

  test("no container sees the runtime's socket, the state directory or another's folders", async () => {
    const script =
      "ls /var/run/docker.sock /run/podman /run/docker.sock 2>/dev/null; ls -A /zoe; find / -xdev -name 'runtime.sock' 2>/dev/null; cat /proc/self/mountinfo";
    const other = await start(
      aContainer("echo secret > $ZOE_WORK_DIR/s; sleep 600", {
        instance: { executionId: "exe_2" },
      }),
    );
    const { out } = await run(aContainer(script, { tenant: "biology" }));
    expect(out.split("\n").slice(0, 4).sort()).toEqual(["home", "out", "tmp", "work"]);
    expect(out).not.toMatch(/\.sock|secret|zoe\.db/);
    await body.backend.stop([other.instance], STOPPED);
  });

  test("volumes are shared by their scope, and by nobody else", async () => {
    const volume = (scope: "execution" | "user" | "tenant", readOnly = false) => ({
      volumes: [{ name: "data", path: "/data", scope, readOnly }],
    });
    const read = "cat /data/x 2>/dev/null || echo nothing";
    const who = (executionId: string, tenant: string, user: string) => ({
      tenant,
      user,
      instance: { executionId, index: Math.floor(performance.now()) },
    });
    await run(
      aContainer("echo mine > /data/x", {
        ...who("exe_1", "physics", "ada"),
        service: volume("user"),
      }),
    );
    const again = aContainer(`${read}; touch /data/y 2>&1`, {
      ...who("exe_2", "physics", "ada"),
      service: volume("user", true),
    });
    const { out, outcome } = await run(again);
    expect(out).toMatch(/^mine\n/);
    expect(out).toMatch(/Read-only/);
    expect(outcome).toMatchObject({ kind: "failed" });
    for (const other of [who("exe_3", "physics", "bob"), who("exe_4", "biology", "ada")])
      expect((await run(aContainer(read, { ...other, service: volume("user") }))).out).toBe(
        "nothing\n",
      );
    await run(
      aContainer("echo ours > /data/x", {
        ...who("exe_5", "physics", "ada"),
        service: volume("execution"),
      }),
    );
    expect(
      (
        await run(
          aContainer(read, { ...who("exe_5", "physics", "ada"), service: volume("execution") }),
        )
      ).out,
    ).toBe("ours\n");
    expect(await body.backend.keeps?.()).toEqual(["exe_5"]);
    await body.backend.letGo?.("exe_5");
    expect(await body.backend.keeps?.()).toEqual([]);
    for (const name of (await ours()).filter((name) => name.includes("-user-")))
      await docker.getVolume(name).remove();
  });

  test("folders of this machine are mounted by the administrator's names only", async () => {
    await body.close();
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "zoe-host-")));
    writeFileSync(join(folder, "atlas"), "world\n");
    body = await openContainerBody({
      dockerHost,
      hostVolumes: [{ name: "atlas", folder, readOnly: true }],
    });
    const volumes = [{ name: "atlas", path: "/maps", scope: "user" as const, readOnly: false }];
    const { out, outcome } = await run(
      aContainer("cat /maps/atlas; touch /maps/x", { service: { volumes } }),
    );
    expect(out).toBe("world\n");
    expect(outcome).toMatchObject({ kind: "failed" });
    rmSync(folder, { recursive: true });
  });

  test("a read-only root is written to nowhere but in its own folders", async () => {
    await body.close();
    body = await openContainerBody({ dockerHost, readOnlyRoot: true });
    const { outcome, out } = await run(aContainer("touch $HOME/ok && echo ok; touch /etc/x"));
    expect(out).toBe("ok\n");
    expect(outcome).toMatchObject({ kind: "failed" });
  });

  test("a command is run in a container that runs, with its output and exit code", async () => {
    const request = await start(aContainer("sleep 600"));
    const words = ["sh", "-c", "echo out; echo err >&2; hostname; exit 4"];
    expect(await exec(request, ...words)).toEqual({
      ...{ kind: "ended", exitCode: 4, stdout: "out\nsim-0\n", stderr: "err\n", isCut: false },
    });
    await body.backend.stop([request.instance], STOPPED);
    await body.events.ended(request);
    expect(await exec(request, "true")).toEqual({ kind: "missing" });
  });

  test("a worker reaches the runtime API through its execution's door, another execution doesn't", async () => {
    await body.close();
    const api = createServer((request, response) => response.end(`asked ${request.url}`));
    body = await openContainerBody({
      dockerHost,
      runtime: { open: () => "http://127.0.0.1:1/s3cret", close: () => {} },
      serveRuntimeAt: async (socket) => {
        api.listen(socket);
        await once(api, "listening");
        const { chmodSync } = await import("node:fs");
        chmodSync(socket, 0o666);
      },
    });
    const worker = (executionId: string, script: string) =>
      aContainer("", {
        instance: { executionId, service: "w" },
        service: {
          ...{ run: "worker", image: NODE, resources: { cpu: 0.5, memoryMib: 128, gpu: 0 } },
          command: { kind: "exec", words: ["node", "-e", script] },
        },
      });
    const ask = `console.log(process.env.ZOE_RUNTIME_API); fetch(process.env.ZOE_RUNTIME_API + "/next").then(r => r.text()).then(t => { console.log(t); setTimeout(() => {}, ${"6e5"}) })`;
    const first = await start(worker("exe_1", ask));
    let said = "";
    while (!said.includes("asked")) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      said = (
        await body.logs.read(first.instance, "stdout", {
          offset: 0,
          limitBytes: 1000,
          waitSeconds: 5,
        })
      ).text;
    }
    expect(said).toContain("asked /s3cret/next");
    const address = new URL(said.split("\n")[0] ?? "").origin;
    const guess = `setTimeout(() => process.exit(7), 4000); fetch("${address}/s3cret/next").then(() => process.exit(0), () => process.exit(7))`;
    expect((await run(worker("exe_2", guess))).outcome).toMatchObject({ exitCode: 7 });
    await body.backend.stop([first.instance], STOPPED);
    await body.events.ended(first);
    api.close();
    api.closeAllConnections();
  });

  test("when a control plane is killed the next one removes what it left, and tells how it ended", async () => {
    const state = realpathSync(mkdtempSync(join(tmpdir(), "zoe-victim-")));
    const victim = spawn(process.execPath, ["test/local/container-victim.ts", state, dockerHost], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: victim.stdout }))
      if (line === "running") break;
    expect(await ours(state)).toHaveLength(3);
    victim.kill("SIGKILL");
    await once(victim, "exit");
    const next = await openContainerBody({ dockerHost }, state);
    const instance = (index: number) => ({
      ...aRequest(""),
      instance: { executionId: "exe_victim", service: "sim", index, generation: 1 },
    });
    expect(await next.events.outcome(instance(0))).toMatchObject({ kind: "lost" });
    expect(await next.events.outcome(instance(1))).toMatchObject({ kind: "lost" });
    expect(await ours(state)).toEqual([]);
    await next.close();
  });

  test("what has ended and closed leaves nothing in the runtime", async () => {
    await run(aContainer("true"));
    await start(aContainer("sleep 600", { instance: { index: 1 } }));
    await body.backend.close();
    expect(await ours()).toEqual([]);
    expect(body.logged).toEqual([]);
  });
});
