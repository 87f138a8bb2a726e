// Tenants, users, tokens, secrets, quotas: who may what, and what is never shown.
import { beforeEach, expect, test } from "vitest";
import { app } from "#functions/api/app.ts";
import { firstStart } from "#functions/first-start.ts";
import { forgetOldUploads } from "#functions/uploads.ts";
import { aStand, type Stand } from "./stand.ts";

let stand: Stand;
beforeEach(async () => {
  stand = await aStand();
});

test("the first start makes one administrator's token, the second none", async () => {
  const { json } = await stand.ask("GET", "/v1/info");
  expect(json.you).toEqual({
    ...{ tenant: "default", user: "admin", role: "administrator", scope: "admin" },
  });
  expect(stand.admin).toMatch(/^zoe_[A-Za-z0-9_-]{43}$/);
  const again = await firstStart(stand.world, async () => {
    throw new Error("A second start must not make a token.");
  });
  expect(again).toBe(false);
});

test("a token is shown once, and its secret is nowhere in the store", async () => {
  const body = { scope: "read", name: "For the dashboard", expiresInDays: 1 };
  const { json, status } = await stand.ask("POST", "/v1/tokens", { body });
  expect(status).toBe(201);
  const list = await stand.ask("GET", "/v1/tokens");
  expect(list.text).not.toContain(json.secret);
  expect(list.json.items[0]).toMatchObject({ id: json.token.id, scope: "read" });
  const stored = await stand.world.store.query({ pk: "tokens#default", limit: 1000 });
  expect(JSON.stringify(stored)).not.toContain(json.secret.slice(4));
  expect(stand.logged.some((line) => JSON.stringify(line).includes(json.secret))).toBe(false);
});

test("a revoked token opens nothing, at once", async () => {
  const token = await stand.tokenOf("ada");
  expect((await stand.ask("GET", "/v1/info", { token })).status).toBe(200);
  const { json } = await stand.ask("GET", "/v1/tokens");
  const { id } = json.items.find((item: { user: string }) => item.user === "ada");
  expect((await stand.ask("DELETE", `/v1/tokens/${id}`)).status).toBe(204);
  expect((await stand.ask("GET", "/v1/info", { token })).status).toBe(401);
  expect((await stand.ask("DELETE", `/v1/tokens/${id}`)).status).toBe(404);
});

test("nobody revokes the token that she asks with", async () => {
  const { json } = await stand.ask("GET", "/v1/tokens");
  expect((await stand.ask("DELETE", `/v1/tokens/${json.items[0].id}`)).status).toBe(409);
  expect((await stand.ask("GET", "/v1/info")).status).toBe(200);
});

test("a token that expires while it is remembered opens nothing", async () => {
  const token = await stand.tokenOf("ada", { expiresInDays: 1 });
  stand.clock.now += 86_400_000 - 1000;
  expect((await stand.ask("GET", "/v1/info", { token })).status).toBe(200);
  stand.clock.now += 1000;
  const answer = await stand.ask("GET", "/v1/info", { token });
  expect(answer).toMatchObject({
    status: 401,
    json: { detail: expect.stringContaining("expired") },
  });
});

test("the use of a token is noted", async () => {
  stand.clock.now += 3_600_000;
  await stand.ask("GET", "/v1/info");
  const { json } = await stand.ask("GET", "/v1/tokens");
  expect(json.items[0].lastUsedAt).toBe(stand.clock.now);
});

test("a deleted user's tokens open nothing, even when she is made again", async () => {
  const token = await stand.tokenOf("ada");
  await stand.ask("DELETE", "/v1/users/ada");
  expect((await stand.ask("GET", "/v1/info", { token })).status).toBe(401);
  stand.clock.now += 1;
  await stand.ask("PUT", "/v1/users/ada", { body: { role: "operator" } });
  expect((await stand.ask("GET", "/v1/info", { token })).status).toBe(401);
});

test("nobody makes a token for one with a higher role, nor beyond her own scope", async () => {
  const operator = await stand.tokenOf("oper", { role: "operator", scope: "admin" });
  const higher = { user: "admin", scope: "admin" };
  expect((await stand.ask("POST", "/v1/tokens", { token: operator, body: higher })).status).toBe(
    403,
  );
  const user = await stand.tokenOf("ada", { scope: "admin" });
  const other = { user: "oper", scope: "read" };
  expect((await stand.ask("POST", "/v1/tokens", { token: user, body: other })).status).toBe(404);
  const narrow = await stand.tokenOf("ada", { scope: "submit" });
  const own = { scope: "submit" };
  expect((await stand.ask("POST", "/v1/tokens", { token: narrow, body: own })).status).toBe(403);
});

test("users see their own executions, operators their tenant's, administrators all", async () => {
  const ada = await stand.tokenOf("ada");
  const bob = await stand.tokenOf("bob");
  const operator = await stand.tokenOf("oper", { role: "operator" });
  const foreign = await stand.tokenOf("eve", { tenant: "elsewhere", role: "operator" });
  const body = { zapp: "say-hello" };
  const { json } = await stand.ask("POST", "/v1/executions", { token: ada, body });
  const path = `/v1/executions/${json.execution.id}`;
  const statuses = [];
  for (const token of [ada, bob, operator, foreign, stand.admin])
    statuses.push((await stand.ask("GET", path, { token })).status);
  expect(statuses).toEqual([200, 404, 200, 404, 200]);
  const lists = [];
  for (const token of [ada, bob, operator, foreign])
    lists.push((await stand.ask("GET", "/v1/executions", { token })).json.items.length);
  expect(lists).toEqual([1, 0, 1, 0]);
  const asked = await stand.ask("GET", "/v1/executions?tenant=default", { token: foreign });
  expect(asked.status).toBe(404);
  const ofAda = await stand.ask("GET", "/v1/executions?user=ada", { token: bob });
  expect(ofAda.status).toBe(404);
});

test("a tenant goes only without users, and nobody deletes herself", async () => {
  await stand.tokenOf("eve", { tenant: "elsewhere" });
  expect((await stand.ask("DELETE", "/v1/tenants/elsewhere")).status).toBe(409);
  await stand.ask("DELETE", "/v1/users/eve?tenant=elsewhere");
  expect((await stand.ask("DELETE", "/v1/tenants/elsewhere")).status).toBe(204);
  expect((await stand.ask("GET", "/v1/tenants/elsewhere")).status).toBe(404);
  expect((await stand.ask("DELETE", "/v1/users/admin")).status).toBe(409);
  const demoted = await stand.ask("PUT", "/v1/users/admin", { body: { role: "user" } });
  expect(demoted.status).toBe(409);
});

test("secrets are listed by name and never shown", async () => {
  const put = { body: { value: "very secret" } };
  expect((await stand.ask("PUT", "/v1/secrets/boinc-key", put)).status).toBe(204);
  const list = await stand.ask("GET", "/v1/secrets");
  expect(list.json).toEqual({ names: ["boinc-key"] });
  expect(JSON.stringify(stand.logged)).not.toContain("very secret");
  expect((await stand.ask("DELETE", "/v1/secrets/boinc-key")).status).toBe(204);
  expect((await stand.ask("GET", "/v1/secrets")).json.names).toEqual([]);
});

test("quotas are set for tenants by administrators, for users by operators", async () => {
  const operator = await stand.tokenOf("oper", { role: "operator", scope: "admin" });
  const body = { instances: 1, cpu: 0.5 };
  expect((await stand.ask("PUT", "/v1/quota", { token: operator, body })).status).toBe(403);
  const user = await stand.ask("PUT", "/v1/quota?user=oper", { token: operator, body });
  expect(user.json).toMatchObject({ tenant: "default", user: "oper", quota: body });
  await stand.ask("PUT", "/v1/quota", { body });
  const { json } = await stand.ask("GET", "/v1/quota");
  expect(json.held).toEqual({ instances: 0, cpu: 0, memoryMib: 0, gpu: 0 });
  expect((await stand.ask("GET", "/v1/quota?user=nobody")).status).toBe(404);
});

test("what is held counts what runs", async () => {
  await stand.ask("POST", "/v1/executions", { body: { zapp: "say-hello" } });
  await stand.turn();
  const { json } = await stand.ask("GET", "/v1/quota?user=admin");
  expect(json.held).toEqual({ instances: 1, cpu: 1, memoryMib: 100, gpu: 0 });
});

test("an upload is its owner's, and gone when she deletes it", async () => {
  const raw = new TextEncoder().encode("macro");
  const path = "/v1/uploads?name=run1.mac";
  const { json } = await stand.ask("POST", path, { raw, type: "application/octet-stream" });
  expect(json).toMatchObject({ size: 5, name: "run1.mac", user: "admin" });
  const key = `uploads/default/${json.id}`;
  expect(await (await stand.world.objects.get(key))?.bytes()).toEqual(raw);
  const other = await stand.tokenOf("ada");
  expect((await stand.ask("GET", "/v1/uploads", { token: other })).json.items).toEqual([]);
  const foreign = await stand.ask("DELETE", `/v1/uploads/${json.id}`, { token: other });
  expect(foreign.status).toBe(404);
  expect((await stand.ask("DELETE", `/v1/uploads/${json.id}`)).status).toBe(204);
  expect((await stand.ask("GET", "/v1/uploads")).json.items).toEqual([]);
  expect(await stand.world.objects.stat(key)).toBeUndefined();
});

test("old uploads are forgotten, others stay", async () => {
  const send = { raw: "x", type: "application/octet-stream" };
  const old = await stand.ask("POST", "/v1/uploads", send);
  stand.clock.now += 50 * 86_400_000;
  const newer = await stand.ask("POST", "/v1/uploads", send);
  stand.clock.now = old.json.expiresAt;
  expect(await forgetOldUploads(stand.world)).toBe(1);
  const { json } = await stand.ask("GET", "/v1/uploads");
  expect(json.items.map(({ id }: { id: string }) => id)).toEqual([newer.json.id]);
});

test("a token revoked on another host opens nothing after a few seconds", async () => {
  const token = await stand.tokenOf("ada");
  const other = app(stand.world);
  const list = await stand.ask("GET", "/v1/tokens");
  const { id } = list.json.items.find(({ user }: { user: string }) => user === "ada");
  const asAda = { headers: { authorization: `Bearer ${token}` } };
  expect((await other.request("/v1/info", asAda)).status).toBe(200);
  await stand.ask("DELETE", `/v1/tokens/${id}`);
  stand.clock.now += 5000;
  expect((await other.request("/v1/info", asAda)).status).toBe(401);
});
