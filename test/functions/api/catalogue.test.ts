// The catalogue through the public door: what ships, what is installed, what is valid.
import { beforeEach, expect, test } from "vitest";
import { aStand, type Stand } from "./stand.ts";

let stand: Stand;
beforeEach(async () => {
  stand = await aStand();
});

const text = `version: 4
name: mine
title: My own
services:
  - name: only
    run: once
    program: .
    command: [play]
    resources: { cpu: 1, memory: 100MiB }
`;

test("the list shows what ships and what is installed, by name, in pages", async () => {
  await stand.ask("PUT", "/v1/zapps/mine", { body: { text } });
  const first = await stand.ask("GET", "/v1/zapps?limit=2");
  const second = await stand.ask("GET", `/v1/zapps?limit=2&cursor=${first.json.cursor}`);
  const names = [...first.json.items, ...second.json.items].map(({ name }) => name);
  expect(names).toEqual(["many", "mine", "say-hello", "sorter"]);
  expect(second.json.cursor).toBeUndefined();
});

test("one zapp comes with its text, README, parameters and versions", async () => {
  const { json } = await stand.ask("GET", "/v1/zapps/say-hello");
  expect(json).toMatchObject({
    ...{ source: "builtIn", title: "Says hello", readme: "# Read me", versions: [] },
    parameters: { whom: { type: "string", default: "world" } },
  });
});

test("an installed zapp runs by its name, and each installation is a version", async () => {
  const first = await stand.ask("PUT", "/v1/zapps/mine", { body: { text, readme: "# Mine" } });
  expect(first.json).toMatchObject({ zapp: { source: "installed", installedBy: "admin" } });
  stand.clock.now += 1000;
  const newer = text.replace("My own", "My newer");
  const second = await stand.ask("PUT", "/v1/zapps/mine", { body: { text: newer } });
  const { json } = await stand.ask("GET", "/v1/zapps/mine");
  expect(json.versions.map(({ version }: { version: string }) => version)).toEqual([
    ...[second.json.zapp.version, first.json.zapp.version],
  ]);
  const run = await stand.ask("POST", "/v1/executions", { body: { zapp: "mine" } });
  expect(run.status).toBe(201);
});

test("an installed zapp hides a built-in one, in its own tenant only, until it is taken out", async () => {
  const body = { text: text.replace("name: mine", "name: say-hello") };
  await stand.ask("PUT", "/v1/zapps/say-hello", { body });
  const foreign = await stand.tokenOf("eve", { tenant: "elsewhere" });
  const titles = [];
  for (const token of [stand.admin, foreign])
    titles.push((await stand.ask("GET", "/v1/zapps/say-hello", { token })).json.title);
  expect(titles).toEqual(["My own", "Says hello"]);
  expect((await stand.ask("DELETE", "/v1/zapps/say-hello")).status).toBe(204);
  expect((await stand.ask("GET", "/v1/zapps/say-hello")).json.title).toBe("Says hello");
  expect((await stand.ask("DELETE", "/v1/zapps/say-hello")).status).toBe(404);
});

test("faults of a description come with their place in what was sent", async () => {
  const body = { text: text.replace("run: once", "run: onec") };
  const { status, json } = await stand.ask("PUT", "/v1/zapps/mine", { body });
  expect(status).toBe(400);
  expect(json.errors[0]).toMatchObject({ pointer: "/text/services/0/run", line: 6 });
  const other = await stand.ask("PUT", "/v1/zapps/other", { body: { text } });
  expect(other.json.detail).toContain("Wanted the name other");
});

test("validation tells all faults with their lines, and keeps nothing", async () => {
  const wrong = { text: text.replace("run: once", "run: onec").replace("cpu: 1", "cpu: -1") };
  const { json } = await stand.ask("POST", "/v1/zapps/validate", { body: wrong });
  expect(json.valid).toBe(false);
  const places = json.faults.map(({ pointer, line }: { pointer: string; line: number }) => [
    ...[pointer, line],
  ]);
  expect(places).toContainEqual(["/services/0/run", 6]);
  const right = await stand.ask("POST", "/v1/zapps/validate", { body: { text } });
  expect(right.json).toMatchObject({ valid: true, faults: [], warnings: [] });
  expect((await stand.ask("GET", "/v1/zapps/mine")).status).toBe(404);
});

test("operators install, but where no engine has a sandbox only administrators do", async () => {
  const token = await stand.tokenOf("oper", { role: "operator", scope: "admin" });
  expect((await stand.ask("PUT", "/v1/zapps/mine", { token, body: { text } })).status).toBe(200);
  const [backend] = stand.world.backends;
  Object.assign(backend?.capabilities ?? {}, { catalogueOnly: true });
  expect((await stand.ask("PUT", "/v1/zapps/mine", { token, body: { text } })).status).toBe(403);
});

test("a folder is kept by the host, under a version of its own each time", async () => {
  const kept: object[] = [];
  stand = await aStand({
    keepProgram: async (folder, zapp) => {
      kept.push({ folder, ...zapp });
      return `/kept/${zapp.version}`;
    },
  });
  const body = { text, folder: "/srv/ada/mine" };
  const first = await stand.ask("PUT", "/v1/zapps/mine", { body });
  stand.clock.now += 1;
  const second = await stand.ask("PUT", "/v1/zapps/mine", { body });
  expect(second.json.zapp.version).not.toBe(first.json.zapp.version);
  expect(kept[0]).toMatchObject({ folder: "/srv/ada/mine", tenant: "default", name: "mine" });
  const operator = await stand.tokenOf("oper", { role: "operator", scope: "admin" });
  const refused = await stand.ask("PUT", "/v1/zapps/mine", { token: operator, body });
  expect(refused.status).toBe(403);
});

test("a host that keeps no folders says so", async () => {
  const { status, json } = await stand.ask("PUT", "/v1/zapps/mine", {
    body: { text, folder: "/x" },
  });
  expect(status).toBe(400);
  expect(json.errors[0].pointer).toBe("/folder");
});

test("what a framework brings is offered like the zapp's own", async () => {
  const description = { version: 4, name: "fleet", uses: { "pull-worker": { workers: 2 } } };
  const looked = await stand.ask("POST", "/v1/zapps/validate", { body: { description } });
  expect(looked.json).toMatchObject({ valid: true, queues: ["tasks"] });
  expect(Object.keys(looked.json.parameters).sort()).toEqual([
    "attempts",
    "backlogPerWorker",
    "idle",
  ]);
  await stand.ask("PUT", "/v1/zapps/fleet", { body: { description } });
  const { json } = await stand.ask("GET", "/v1/zapps/fleet");
  expect(json).toMatchObject({ queues: ["tasks"], parameters: { idle: { default: "20s" } } });
  const refused = { version: 4, name: "fleet", uses: { "pull-worker": { workers: 0 } } };
  const wrong = await stand.ask("POST", "/v1/executions", { body: { description: refused } });
  expect(wrong.json.errors).toMatchObject([{ pointer: "/description/uses/pull-worker/workers" }]);
});
