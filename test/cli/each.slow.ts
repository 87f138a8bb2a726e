// Two thousand files through a script in a Python virtual environment: the terminal is closed, somebody comes back, seven fail and run again alone.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./zoe.ts";

const FILES = 2000;
const BAD = [5, 291, 577, 863, 1149, 1435, 1721];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server?.end(), 120_000);

/** Fails for bad input as long as the file `mended` is missing beside the virtual environment. */
const MINE = `import json, os, sys
path = sys.argv[1]
text = open(path).read()
if "bad" in text and not os.path.exists(os.path.join(sys.prefix, "mended")):
    sys.exit("bad input in " + path)
os.makedirs("out", exist_ok=True)
name = os.path.basename(path)
json.dump({"n": int(text.split()[0]), "prefix": sys.prefix}, open("out/" + name + ".json", "w"))
print(int(text.split()[0]) ** 2)
`;

function prepare(): string {
  const { folder } = server;
  mkdirSync(join(folder, "inputs"));
  for (let n = 0; n < FILES; n++)
    writeFileSync(join(folder, "inputs", `doc-${n}.txt`), `${n}${BAD.includes(n) ? " bad" : ""}\n`);
  writeFileSync(join(folder, "mine.py"), MINE);
  const venv = join(folder, "venv");
  const made = spawnSync("python3", ["-m", "venv", "--without-pip", venv], { encoding: "utf8" });
  expect(made, made.stderr).toMatchObject({ status: 0 });
  return venv;
}

test("2,000 files, the terminal closed and reattached, seven made to fail and retried, outputs in one folder", async () => {
  const venv = prepare();
  const { folder } = server;
  const here = { environment: { VIRTUAL_ENV: venv } };
  const words = ["run", "./mine.py", "--each", "inputs/*.txt", "--cpu", "0.2", "--memory", "64MiB"];
  const following = server.spawnZoe(words, here);
  const [, id = ""] = await following.says(/submitted (exe_\w+)/);
  await following.says(/^[1-9]\d*\/2,000/m);
  following.child.kill("SIGHUP");
  expect((await following.ended).code).not.toBe(0);

  const into = join(folder, "results");
  const attached = await server.spawnZoe(["attach", id, "--out", into]).ended;
  expect(attached.code).toBe(1);
  expect(attached.err).toMatch(/7 of 2,?000/);
  for (const n of BAD) expect(attached.err).toContain(`bad input in inputs/doc-${n}.txt`);

  writeFileSync(join(venv, "mended"), "");
  const retried = await server.spawnZoe(["retry", id, "--failed", "--out", into]).ended;
  expect(retried.err).toMatch(/Runs again: 7 instances\./);
  expect(retried.code).toBe(0);

  const again = await server.zoe(["download", id, into]);
  expect(again.err).toMatch(/were there already/);
  const names = Array.from({ length: FILES }, (_, n) => [
    `doc-${n}.txt.json`,
    `doc-${n}.txt.out`,
  ]).flat();
  expect(
    readdirSync(into)
      .filter((name) => name.startsWith("doc-"))
      .sort(),
  ).toEqual(names.sort());
  for (const n of [0, 5, 1999]) {
    expect(JSON.parse(readFileSync(join(into, `doc-${n}.txt.json`), "utf8"))).toEqual({
      n,
      prefix: venv,
    });
    expect(readFileSync(join(into, `doc-${n}.txt.out`), "utf8")).toBe(`${n ** 2}\n`);
  }

  const { out } = await server.zoe(["get", id, "--json"]);
  expect(JSON.parse(out).services[0]).toMatchObject({ succeeded: FILES, failed: 0 });
});

test("the same files again are not uploaded again", async () => {
  const here = { environment: { VIRTUAL_ENV: join(server.folder, "venv") } };
  const words = ["run", "./mine.py", "--each", "inputs/*.txt", "--detach"];
  const { out, err } = await server.spawnZoe(words, here).ended;
  expect(err).not.toMatch(/uploaded/);
  expect((await server.zoe(["stop", out.trim()])).code).toBe(0);
});

test("who follows while the server restarts is told so, and sees the end all the same", async () => {
  const path = join(server.folder, "twice.yaml");
  const lines = ["version: 4", "name: twice", "services:"];
  const service =
    "  - { name: main, run: once, program: ., resources: { cpu: 0.1, memory: 64MiB }, script: 'echo begun; sleep 3' }";
  writeFileSync(path, [...lines, service, ""].join("\n"));
  const following = server.spawnZoe(["run", path, "--logs"]);
  await following.says(/begun/);
  await server.restart();
  const { code, err } = await following.ended;
  expect(err.match(/No server answers/g)).toHaveLength(1);
  expect(err).toMatch(/The server answers again[\s\S]*✓ twice succeeded/);
  expect(code).toBe(0);
});
