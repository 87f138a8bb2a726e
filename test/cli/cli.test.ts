// `zoe` against a real local server, as its users meet it.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer, zoeHere } from "./zoe.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.end(), 120_000);

function write(name: string, text: string): string {
  const path = join(server.folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const once = (name: string, script: string) =>
  `version: 4\nname: ${name}\nservices:\n  - name: main\n    run: once\n    program: .\n    resources: { cpu: 0.1, memory: 64MiB }\n    script: |\n      ${script}\n`;

test("a zapp of the catalogue runs, and the run tells its end and what it used", async () => {
  const { code, err } = await server.zoe(["run", "hello"]);
  expect(err).toMatch(/✓ hello succeeded in .* exe_/);
  expect(err).toMatch(
    /asked 0\.1 vCPU and 128 MiB each; used [\d.]+ cpu seconds, at most .*1 instance/,
  );
  expect(code).toBe(0);
});

test("its log, its files and its history can be looked at afterwards, by the word `last`", async () => {
  const { id } = JSON.parse((await server.zoe(["run", "hello", "--json", "-q"])).out);
  expect((await server.zoe(["logs", "last"])).out).toMatch(/Hello/);
  expect((await server.zoe(["files", id])).out).toMatch(/greeting\.txt/);
  expect((await server.zoe(["events", id.slice(-6)])).out).toMatch(/running → ended {2}succeeded/);
  expect((await server.zoe(["get", "last", "--json"])).out).toContain(id);
  expect((await server.zoe(["why", "last"])).out).toBe("It has ended.\n");
  const into = join(server.folder, "hello-files");
  await server.zoe(["download", id, into]);
  expect(readFileSync(join(into, "greeter/0/greeting.txt"), "utf8")).toMatch(/Hello/);
});

const ENDS: Readonly<Record<string, readonly [string, readonly string[], number, RegExp]>> = {
  "succeeded is 0": ["exit 0", [], 0, /✓ .* succeeded/],
  "failed is 1, with the program's own last words": [
    "echo why >&2; exit 7",
    [],
    1,
    /exit code 7[\s\S]*why/,
  ],
  "out of time is 124": ["sleep 60", ["--max-time", "1s"], 124, /timed out/],
};

test.concurrent.each(Object.entries(ENDS))(
  "the exit code is the outcome: %s",
  async (_, [script, flags, wanted, said]) => {
    const path = write(`ends-${wanted}.yaml`, once(`ends-${wanted}`, script));
    const { code, err } = await server.zoe(["run", path, ...flags]);
    expect(err).toMatch(said);
    expect(code).toBe(wanted);
  },
);

test("a cancelled one is 130, and is told by whom", async () => {
  const path = write("long.yaml", once("long", "sleep 60"));
  const id = (await server.zoe(["run", path, "--detach"])).out.trim();
  const stopped = await server.zoe(["stop", id, "--reason", "enough"]);
  expect(stopped.code).toBe(0);
  const { code, err } = await server.zoe(["attach", id]);
  expect(err).toMatch(/– long cancelled.*\n {2}by admin: enough/);
  expect(code).toBe(130);
});

test("every fault of a description is told, with its line, and is 2", async () => {
  const path = write(
    "bad.yaml",
    "version: 4\nname: b!\nservices:\n  - { name: x, run: onse, program: . }\n",
  );
  for (const command of ["validate", "run", "plan"]) {
    const { code, err } = await server.zoe([command, path]);
    expect(err, command).toMatch(
      /is not valid: \d faults[\s\S]*line 2 \/name[\s\S]*line 4 \/services\/0\/run/,
    );
    expect(code, command).toBe(2);
  }
});

test("what this engine can't run is refused by plan, by field, and is 3", async () => {
  const ring =
    "version: 4\nname: ring\nservices:\n  - { name: ring, run: once, image: mpi, resources: { gpu: 1 } }\n";
  const { code, err } = await server.zoe(["plan", write("ring.yaml", ring)]);
  expect(err).toMatch(/\/services\/0\/program[\s\S]*\/services\/0\/resources\/gpu/);
  expect(code).toBe(3);
});

const SQUARES = `version: 4
name: squares
queues:
  numbers: { lease: 60s, maxAttempts: 1 }
services:
  - name: worker
    run: worker
    queue: numbers
    program: .
    command: [node, worker.mjs]
    count: { min: 0, max: 1 }
    resources: { cpu: 0.2, memory: 128MiB }
    files:
      worker.mjs: |
        const api = process.env.ZOE_RUNTIME_API;
        for (;;) {
          const reply = await fetch(api + "/next?max=10");
          if (reply.status === 410) break;
          if (reply.status === 204) continue;
          const done = (await reply.json()).leases.map(({ lease, payload }) =>
            Number.isNaN(Number(payload.n))
              ? { lease, ok: false, error: "no number: " + payload.n }
              : { lease, ok: true, result: { square: payload.n ** 2, even: payload.n % 2 === 0 } });
          await fetch(api + "/results", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(done) });
        }
`;

test("records of a file go through a queue and come back as a table, what failed first, with its reason", async () => {
  const zapp = write("squares.yaml", SQUARES);
  const path = write("numbers.csv", "id,n\none,1\nbad,x\nnine,9\n");
  const { code, out, err } = await server.zoe(["run", zapp, "--input", path], { columns: 80 });
  expect(err).toMatch(/✗ squares failed/);
  expect(err).toMatch(/zoe retry exe_\w+ --failed {3}runs what failed again/);
  const [head = "", first = "", ...others] = out.trim().split("\n");
  expect(head).toMatch(/TASK +WORKER +SQUARE +EVEN +FAILED BECAUSE/);
  expect(first).toMatch(/^✗ +bad +worker-0 +no number: x/);
  expect(others.join("\n")).toMatch(/✓ +one +worker-0 +1 +false\n✓ +nine +worker-0 +81 +false/);
  expect(code).toBe(1);

  const stats = await server.zoe(["queue", "stats", "last"]);
  expect(stats.out).toMatch(/numbers +drained +3 +0 +0 +3 +1/);
  expect((await server.zoe(["queue", "failed", "last"])).out).toMatch(
    /bad +1 +worker-0\.1 +no number: x/,
  );
  const lines = (await server.zoe(["results", "last", "--format", "jsonl"])).out.trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).task).sort()).toEqual(["bad", "nine", "one"]);
  expect(
    JSON.parse((await server.zoe(["results", "last", "--json", "--failed"])).out),
  ).toHaveLength(1);
  expect((await server.zoe(["results", "last", "--format", "csv"])).out).toMatch(/^queue,task,ok/);
});

test("a description that uses the many-task framework says its own program only", async () => {
  const program = SQUARES.slice(SQUARES.indexOf("    program: ."))
    .replace(/^ {4}count: .*\n/m, "")
    .replace(/^ {4}resources: .*\n/m, "");
  const words = `version: 4
name: squares-of-a-fleet
uses:
  pull-worker: { workers: 1, attempts: 1 }
services:
  - name: squarer
    run: worker
    framework: pull-worker
${program}`;
  const path = write("numbers-2.csv", "id,n\ntwo,2\n");
  const more = ["--set", "idle=5s", "--input", path];
  const { code, out } = await server.zoe(["run", write("fleet.yaml", words), ...more]);
  expect(out).toMatch(/two +squarer-0 +4 +true/);
  expect(code).toBe(0);
});

test("tasks are put while it runs, the same file again puts nothing twice, and closing ends it", async () => {
  const zapp = write("squares-2.yaml", SQUARES);
  const numbers = write("more.jsonl", '{"n":2}\n{"n":3}\n{"n":3}\n');
  const id = (await server.zoe(["run", zapp, "-d"])).out.trim();
  expect((await server.zoe(["queue", "put", id, "--input", numbers])).err).toMatch(
    /3 tasks put into numbers/,
  );
  const again = await server.zoe(["queue", "put", id, "numbers", "--input", "-", "--close"], {
    stdin: '{"id":"four","n":4}\n{"n":3}\n',
  });
  expect(again.err).toMatch(/1 task put into numbers; 1 were there already; it is closed/);
  const task = JSON.parse((await server.zoe(["queue", "task", id, "four", "--wait"])).out);
  expect(task).toMatchObject({ task: "four", state: "succeeded", result: { square: 16 } });
  expect((await server.zoe(["attach", id])).code).toBe(0);
  expect((await server.zoe(["queue", "put", id, "--input", numbers])).code).toBe(5);
});

test("a script runs over files without any YAML: what fails is named, runs again alone, and all outputs lie in one folder", async () => {
  const script = write(
    "count.sh",
    '#!/bin/sh\n[ -e "$2" ] || ! grep -q bad "$1" || { echo "bad: $1" >&2; exit 3; }\nwc -c <"$1" >"$ZOE_OUTPUT_DIR/$(basename "$1").count"\necho "done $1 $3"\n',
  );
  for (let n = 0; n < 5; n++) write(`in/doc-${n}.txt`, n === 3 ? "bad" : "x".repeat(n + 1));
  const mended = join(server.folder, "mended");
  const into = join(server.folder, "counted");
  const pattern = join(server.folder, "in/*.txt");
  const run = await server.zoe([
    "run",
    script,
    "--each",
    pattern,
    "--cpu",
    "0.2",
    "--memory",
    "64MiB",
    "--out",
    into,
    "--",
    mended,
    "--end",
  ]);
  expect(run.err).toMatch(
    /failed in[\s\S]*✗ [\s\S]*bad: inputs\/doc-3\.txt[\s\S]*zoe retry exe_\w+ --failed/,
  );
  expect(run.code).toBe(1);
  writeFileSync(mended, "");
  const retry = await server.zoe(["retry", "last", "--failed", "--out", into]);
  expect(retry.err).toMatch(/Runs again: 1 instance\./);
  expect(retry.code).toBe(0);
  const names = [0, 1, 2, 3, 4].flatMap((n) => [`doc-${n}.txt.count`, `doc-${n}.txt.out`]);
  expect(readdirSync(into)).toEqual(expect.arrayContaining(names));
  expect(readFileSync(join(into, "doc-4.txt.out"), "utf8")).toBe("done inputs/doc-4.txt --end\n");
});

test("many are stopped at once by a filter, after being counted; without --yes nobody is asked in a pipe", async () => {
  const path = write("wait.yaml", once("wait", "sleep 60"));
  for (let n = 0; n < 3; n++) await server.zoe(["run", path, "-d", "--label", "group=7"]);
  const asked = await server.zoe(["stop", "--label", "group=7"]);
  expect(asked.err).toMatch(/Stop 3 executions\? There is nobody to ask here: say --yes/);
  expect(asked.code).toBe(2);
  expect((await server.zoe(["stop", "--label", "group=7", "--yes"])).err).toMatch(
    /3 executions stopped/,
  );
  expect((await server.zoe(["stop"])).code).toBe(2);
  const rows = JSON.parse((await server.zoe(["ls", "--label", "group=7", "--json"])).out).items;
  expect(
    rows.map(({ stop, outcome }: { stop?: object; outcome?: object }) => stop ?? outcome),
  ).toHaveLength(3);
});

test("the administrator makes a tenant, a user, a token for her, a quota and a secret; she sees her own", async () => {
  await server.zoe(["tenant", "put", "hospital", "--title", "Hospital"]);
  await server.zoe(["user", "put", "ada", "--role", "user", "--tenant", "hospital"]);
  const token = join(server.folder, "ada.token");
  await server.zoe([
    "token",
    "create",
    "--user",
    "ada",
    "--tenant",
    "hospital",
    "--scope",
    "submit",
    "--days",
    "1",
    "--out",
    token,
  ]);
  expect(statSync(token).mode & 0o777).toBe(0o600);
  const ada = { environment: { ZOE_TOKEN_FILE: token } };
  expect((await server.zoe(["doctor"], ada)).out).toMatch(
    /ada of hospital, role user, scope submit/,
  );
  expect((await server.zoe(["ls"], ada)).err).toMatch(/None/);
  expect((await server.zoe(["tenant", "put", "x"], ada)).code).toBe(4);
  await server.zoe([
    "quota",
    "--tenant",
    "hospital",
    "--user",
    "ada",
    "--instances",
    "0",
    "--memory",
    "2GiB",
  ]);
  expect((await server.zoe(["quota", "--tenant", "hospital", "--user", "ada"])).out).toMatch(
    /at most 2 GiB/,
  );
  const id = (await server.zoe(["run", "hello", "-d"], ada)).out.trim();
  let why = "";
  while (!/quota/i.test(why)) why = (await server.zoe(["why", id], ada)).out;
  expect((await server.zoe(["secret", "put", "key"], { stdin: "hush\n" })).code).toBe(0);
  const secrets = await server.zoe(["secret"]);
  expect(secrets.out).toBe("key\n");
  const usage = await server.zoe(["usage", "--json"]);
  expect(JSON.parse(usage.out).rows).toEqual(expect.any(Array));
});

test("login keeps server and token for the commands to come", async () => {
  const home = join(server.folder, "home");
  const bare = { HOME: home, PATH: "" };
  const login = await zoeHere(
    ["login", server.address],
    bare,
    readFileSync(server.environment.ZOE_TOKEN_FILE ?? "", "utf8"),
  );
  expect(login.err).toMatch(/You are admin of default/);
  expect((await zoeHere(["zapps"], bare)).out).toMatch(/hello/);
  expect(statSync(join(home, ".config/zoe/config.json")).mode & 0o777).toBe(0o600);
  const wrong = await zoeHere(["login", server.address], { HOME: home, PATH: "" }, "zoe_wrong");
  expect(wrong.code).toBe(4);
  expect((await zoeHere(["zapps"], bare)).code).toBe(0);
});

test("with --json every answer on stdout is JSON, mistakes too", async () => {
  const words = [
    ["ls"],
    ["zapps"],
    ["zapps", "show", "hello"],
    ["token"],
    ["user"],
    ["tenant"],
    ["secret"],
    ["quota"],
    ["usage"],
    ["doctor"],
    ["top"],
    ["get", "last"],
    ["why", "last"],
    ["files", "last"],
    ["results", "last"],
    ["plan", "hello"],
    ["get", "nothing-like-it"],
    ["run", "nothing"],
  ];
  for (const args of words) {
    const { out } = await server.zoe([...args, "--json"]);
    expect(() => JSON.parse(out), args.join(" ")).not.toThrow();
  }
});

test("Ctrl-C leaves a followed execution running, and says how to come back and how to stop it", async () => {
  const path = write("followed.yaml", once("followed", "echo begun; sleep 60"));
  const following = server.spawnZoe(["run", path, "--logs"]);
  const [, id = ""] = await following.says(/submitted (exe_\w+)/);
  await following.says(/begun/);
  following.child.kill("SIGINT");
  const { code, err } = await following.ended;
  expect(code).toBe(130);
  expect(err).toContain(`zoe attach ${id}`);
  expect(err).toContain(`zoe stop ${id}`);
  const { state, stop } = JSON.parse((await server.zoe(["get", id, "--json"])).out);
  expect({ state, stop }).toEqual({ state: "running", stop: undefined });
  await server.zoe(["stop", id]);
});

test("Ctrl-C while tasks are still sent says how to send the rest", async () => {
  const zapp = write("squares-3.yaml", SQUARES);
  const following = server.spawnZoe(["run", zapp, "--input", "-"]);
  following.child.stdin?.write('{"n":1}\n');
  const [, id = ""] = await following.says(/submitted (exe_\w+)/);
  await following.says(/queued|running/);
  following.child.kill("SIGINT");
  const { err } = await following.ended;
  expect(err).toContain(`zoe queue put ${id} numbers --input - --close`);
  await server.zoe(["stop", id]);
});

test("the exit code comes through the door, and nothing is left open behind it", async () => {
  const path = write("seven.yaml", once("seven", "exit 7"));
  expect((await server.spawnZoe(["run", path]).ended).code).toBe(1);
  expect((await server.spawnZoe(["ls", "--nonsense"]).ended).code).toBe(2);
});

test("a backup is made while it runs", async () => {
  const { path, bytes } = JSON.parse((await server.zoe(["backup", "--json"])).out);
  expect(bytes).toBeGreaterThan(0);
  expect(statSync(path)).toBeDefined();
});
