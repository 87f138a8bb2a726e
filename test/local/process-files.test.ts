// Where a program runs: its folders and environment, what it finds there, and what of it is kept.
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LaunchRequest } from "#functions/backend.ts";
import type { Outcome } from "#shared/instance.ts";
import {
  aRequest,
  keysOf,
  logOf,
  openProcessBody,
  type ProcessBody,
  type RequestBend,
  textOf,
} from "./process-body.ts";

const KEY = "b0inc-4711-very-secret";
let body: ProcessBody;
let server: Server;
let origin: string;
const received = new Map<string, string>();

beforeEach(async () => {
  body = await openProcessBody({
    allowLocalUrls: true,
    secrets: async (tenant, names) =>
      Object.fromEntries(
        names.filter((name) => name !== "missing").map((name) => [name, `${tenant}:${KEY}`]),
      ),
  });
  server = createServer((request, response) => {
    if (request.method === "PUT") return void take(request).then(() => response.end());
    if (request.url?.startsWith("/data/")) response.end(`content of ${request.url}`);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
afterEach(async () => {
  await body.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  received.clear();
});

async function take(request: IncomingMessage): Promise<void> {
  let text = "";
  for await (const chunk of request) text += chunk;
  received.set(request.url ?? "", text);
}

async function run(command: string, bend: RequestBend = {}): Promise<LaunchRequest> {
  const request = aRequest(command, bend);
  expect(await outcomeOf(request)).toEqual({ kind: "succeeded" });
  return request;
}

async function outcomeOf(request: LaunchRequest): Promise<Outcome> {
  expect(await body.backend.launch([request])).toMatchObject([{ kind: "launched" }]);
  return body.events.outcome(request);
}

test("the environment is what Zoe promises, and nothing of the control plane's own", async () => {
  process.env.ZOE_TEST_LEAK = "leak";
  const request = await run("env", {
    environment: { ZOE_PARAM_ENERGY: "5", PLAIN: "as given", ZOE_SERVICE: "another" },
    instance: { index: 7, generation: 2 },
  });
  delete process.env.ZOE_TEST_LEAK;
  const lines = (await logOf(body, request)).trim().split("\n");
  const environment = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2)));
  expect(environment).toMatchObject({
    ...{ ZOE_EXECUTION_ID: "exe_1", ZOE_SERVICE: "sim", ZOE_INSTANCE: "7", ZOE_ARRAY_INDEX: "7" },
    ...{ ZOE_GENERATION: "2", ZOE_PARAM_ENERGY: "5", PLAIN: "as given", LANG: "C.UTF-8" },
    PATH: expect.stringMatching(new RegExp(`^${dirname(process.execPath)}:`)),
  });
  const folders = ["ZOE_WORK_DIR", "HOME", "TMPDIR", "ZOE_OUTPUT_DIR"].map(
    (name) => environment[name],
  );
  expect(new Set(folders).size).toBe(4);
  expect(environment).not.toHaveProperty("ZOE_TEST_LEAK");
  expect(environment).not.toHaveProperty("ZOE_RUNTIME_API");
  const names = Object.keys(environment).filter((name) => !name.startsWith("ZOE_"));
  expect(names.sort()).toEqual(["HOME", "LANG", "PATH", "PLAIN", "PWD", "TMPDIR"]);
});

test("a worker finds its runtime API, which is closed at its end", async () => {
  const calls: string[] = [];
  await body.close();
  body = await openProcessBody({
    runtime: {
      open: async ({ index }) => `http://127.0.0.1:9/${index}`,
      close: ({ index }) => void calls.push(`close ${index}`),
    },
  });
  const request = await run("echo $ZOE_RUNTIME_API", { service: { run: "worker" } });
  expect(await logOf(body, request)).toBe("http://127.0.0.1:9/0\n");
  expect(calls).toEqual(["close 0"]);
});

test("a program runs in its own folder of the zapp, one without a zapp in its work folder", async () => {
  const program = join(body.state, "zapp", "simulate");
  await mkdir(program, { recursive: true });
  const bend = { programRoot: join(body.state, "zapp"), service: { program: "simulate" } };
  expect(await logOf(body, await run("pwd", bend))).toBe(`${program}\n`);
  const [pwd, work] = (
    await logOf(body, await run("pwd; echo $ZOE_WORK_DIR", { instance: { index: 1 } }))
  ).split("\n");
  expect(pwd).toBe(work);
});

test("a program outside of its zapp's folder is rejected", async () => {
  const request = aRequest("true", {
    programRoot: join(body.state, "zapp"),
    service: { program: "../.." },
  });
  expect(await body.backend.launch([request])).toMatchObject([{ kind: "rejected" }]);
});

test("words are given as they are, and a script ends at its first failure", async () => {
  const words = aRequest({ kind: "exec", words: ["printf", "%s|", "a b", "$HOME", "'"] });
  await outcomeOf(words);
  expect(await logOf(body, words)).toBe("a b|$HOME|'|");
  const script = aRequest(
    { kind: "script", text: "echo ${ZOE_SERVICE}\nfalse\necho never" },
    { instance: { index: 1 } },
  );
  expect(await outcomeOf(script)).toMatchObject({ kind: "failed", exitCode: 1 });
  expect(await logOf(body, script)).toBe("sim\n");
  const unset = aRequest({ kind: "script", text: "echo $NOT_THERE" }, { instance: { index: 2 } });
  expect(await outcomeOf(unset)).toMatchObject({ kind: "failed" });
});

test("small files of the description lie in the work folder, read-only, programs executable", async () => {
  const files = { "runme.sh": "#!/bin/sh\necho ran $1\n", "conf/a.txt": "one\n" };
  const request = await run('./runme.sh x; cat conf/a.txt; stat -c "%a %n" runme.sh conf/a.txt', {
    service: { files },
  });
  expect(await logOf(body, request)).toBe("ran x\none\n555 runme.sh\n444 conf/a.txt\n");
});

test("a file outside of the work folder fails its instance", async () => {
  const request = aRequest("true", { service: { files: { "../../escape": "x" } } });
  expect(await outcomeOf(request)).toMatchObject({ kind: "failed", code: "input" });
});

test("inputs come from uploads of the tenant and from addresses, read-only", async () => {
  await body.objects.put("uploads/physics/upl_1", Buffer.from("uploaded"));
  const sha = createHash("sha256").update("content of /data/a.mac").digest("hex");
  const inputs = [
    { from: "upload:upl_1", to: "in/scan.dat" },
    { from: `${origin}/data/a.mac#sha256=${sha}`, to: "macros/" },
  ];
  const command = 'cat in/scan.dat macros/a.mac; stat -c " %a" in/scan.dat macros/a.mac';
  const request = await run(command, { service: { inputs } });
  expect(await logOf(body, request)).toBe("uploadedcontent of /data/a.mac 444\n 444\n");
});

const WRONG_INPUTS = {
  "of another tenant": { from: "../biology/upl_2", says: "biology/upl_2" },
  "that isn't there": { from: "nothing.dat", says: "no upload" },
  "that the server doesn't have": { from: "ORIGIN/gone", says: "404" },
  "with another checksum": { from: `ORIGIN/data/a#sha256=${"0".repeat(64)}`, says: "SHA-256" },
  "of this machine's files": { from: "file:///etc/passwd", says: "uploads and http(s)" },
};

test.each(Object.entries(WRONG_INPUTS))(
  "an input %s fails its instance, with the reason",
  async (_, { from, says }) => {
    await body.objects.put("uploads/biology/upl_2", Buffer.from("foreign"));
    const inputs = [{ from: from.replace("ORIGIN", origin), to: "x" }];
    expect(await outcomeOf(aRequest("cat x", { service: { inputs } }))).toMatchObject({
      kind: "failed",
      code: "input",
      reason: expect.stringContaining(says),
    });
  },
);

test("addresses that only this machine reaches are refused, unless allowed", async () => {
  await body.close();
  body = await openProcessBody();
  const inputs = [{ from: `${origin}/data/a`, to: "x" }];
  const outcome = await outcomeOf(aRequest("cat x", { service: { inputs } }));
  expect(outcome).toMatchObject({ reason: expect.stringContaining("127.0.0.1") });
});

test("what waits for an input that never comes can be stopped", async () => {
  const asked = Promise.withResolvers<void>();
  server.removeAllListeners("request").on("request", () => asked.resolve());
  const inputs = [{ from: `${origin}/slow`, to: "x" }];
  const request = aRequest("cat x", { service: { inputs } });
  await body.backend.launch([request]);
  await asked.promise;
  const stopped: Outcome = { kind: "cancelled", by: "ada" };
  await body.backend.stop([request.instance], stopped);
  expect(await body.events.outcome(request)).toEqual(stopped);
});

test("the output folder is kept under service, index and label; links are not", async () => {
  const command =
    "mkdir -p $ZOE_OUTPUT_DIR/deep; echo 1 >$ZOE_OUTPUT_DIR/deep/a; ln -s /etc/passwd $ZOE_OUTPUT_DIR/link";
  const request = await run(command, { instance: { index: 3 }, label: "proton 5/MeV" });
  expect(await keysOf(body)).toEqual(["executions/exe_1/files/sim/3-proton_5_MeV/deep/a"]);
  expect(await logOf(body, request, "stderr")).toContain("link");
});

test("results lie flat in one folder; a name that is taken gets the label or index in front", async () => {
  const service = {
    outputs: [
      { path: "out/*.csv", to: "results" },
      { path: "table.csv", to: "results" },
    ],
  };
  const command =
    "mkdir out; echo $ZOE_ARRAY_INDEX >out/$ZOE_ARRAY_INDEX.csv; echo $ZOE_ARRAY_INDEX >$ZOE_OUTPUT_DIR/table.csv";
  for (const index of [0, 1, 2])
    await run(command, { instance: { index }, service, ...(index === 2 && { label: "two" }) });
  const prefix = "executions/exe_1/files/results";
  const names = ["0.csv", "1-table.csv", "1.csv", "2.csv", "table.csv", "two-table.csv"];
  expect(await keysOf(body)).toEqual(names.map((name) => `${prefix}/${name}`));
  expect(await textOf(body, `${prefix}/two-table.csv`)).toBe("2\n");
});

test("an instance that failed keeps its outputs to itself, so its retry comes to the results alone", async () => {
  const service = { outputs: [{ path: "a.csv", to: "results" }] };
  const failing = aRequest("echo bad >a.csv; exit 1", { service });
  expect(await outcomeOf(failing)).toMatchObject({ kind: "failed" });
  await run("echo good >a.csv", { instance: { generation: 2 }, service });
  const prefix = "executions/exe_1/files";
  expect(await keysOf(body)).toEqual([`${prefix}/results/a.csv`, `${prefix}/sim/0/a.csv`]);
  expect(await textOf(body, `${prefix}/results/a.csv`)).toBe("good\n");
});

test("outputs are sent to an address", async () => {
  const outputs = [{ path: "*.txt", to: `${origin}/inbox` }];
  await run("echo hello >'a b.txt'", { service: { outputs } });
  expect(Object.fromEntries(received)).toEqual({ "/inbox/a%20b.txt": "hello\n" });
  expect(await keysOf(body)).toEqual([]);
});

test("outputs that can't be sent fail the instance", async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()));
  const outputs = [{ path: "*.txt", to: `${origin}/inbox` }];
  const outcome = await outcomeOf(aRequest("echo hello >a.txt", { service: { outputs } }));
  expect(outcome).toMatchObject({ kind: "failed", code: "outputs" });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

test("outputs to what this engine can't write are rejected before anything starts", async () => {
  for (const to of ["s3://bucket/x", "file:///tmp/x", "somewhere"]) {
    const request = aRequest("true", { service: { outputs: [{ path: "a", to }] } });
    expect(await body.backend.launch([request])).toMatchObject([{ kind: "rejected" }]);
  }
});

test("outputs are not taken from behind a link, and what isn't there is remarked", async () => {
  const shared = join(body.state, "shared");
  await mkdir(shared);
  await writeFile(join(shared, "data.csv"), "shared");
  const outputs = [{ path: "link/*.csv", to: "results" }];
  const request = await run(`ln -s ${shared} link`, { service: { outputs } });
  expect(await keysOf(body)).toEqual([]);
  expect(await logOf(body, request, "stderr")).toContain("no output matches link/*.csv");
  expect(await logOf(body, await run(`cat ${shared}/data.csv`, { instance: { index: 1 } }))).toBe(
    "shared",
  );
});

test("secrets are in the environment, and nowhere else", async () => {
  const secrets = { BOINC_KEY: "boinc-key" };
  const command = 'test "$BOINC_KEY" && echo got it; tr "\\0" " " </proc/$$/cmdline';
  const request = await run(command, { service: { secrets } });
  expect(await logOf(body, request)).toContain("got it");
  const everything = await keysOf(body);
  expect(everything).toEqual([]);
  expect(
    await run(`! grep -rq ${KEY.slice(0, 5)}"${KEY.slice(5)}" ${body.state}`, {
      instance: { index: 1 },
    }),
  ).toBeDefined();
  expect(body.logged.join()).not.toContain(KEY);
});

test("a secret that doesn't exist fails the instance, with what to do", async () => {
  const request = aRequest("true", { service: { secrets: { KEY: "missing" } } });
  expect(await outcomeOf(request)).toMatchObject({
    kind: "failed",
    code: "secret",
    reason: expect.stringContaining("zoe secret put missing"),
  });
});

test("the cache folder stays, for the same tenant and zapp only", async () => {
  await run("echo model >$ZOE_CACHE_DIR/model");
  const again = await run("cat $ZOE_CACHE_DIR/model", { instance: { index: 1 } });
  expect(await logOf(body, again)).toBe("model\n");
  const foreign = aRequest("cat $ZOE_CACHE_DIR/model", {
    instance: { index: 2 },
    tenant: "biology",
  });
  expect(await outcomeOf(foreign)).toMatchObject({ kind: "failed", exitCode: 1 });
});

test("folders are empty for every program, whatever the one before did to them", async () => {
  await run(
    "cd $HOME; mkdir a; echo x >a/b; chmod 0 a; chmod 500 $TMPDIR; echo y >$ZOE_WORK_DIR/z",
  );
  await run("true", { instance: { index: 1 } });
  const request = await run(
    'ls -A $HOME $TMPDIR $ZOE_WORK_DIR $ZOE_OUTPUT_DIR | grep -v ":$"; touch $TMPDIR/x; true',
    {
      instance: { index: 2 },
    },
  );
  expect((await logOf(body, request)).trim()).toBe("");
});
