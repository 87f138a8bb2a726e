// Executions through the public door: submitted, listed, waited for, stopped.
import { beforeEach, expect, test } from "vitest";
import { aStand, type Stand } from "./stand.ts";

let stand: Stand;
beforeEach(async () => {
  stand = await aStand();
});

const hello = { zapp: "say-hello" };

async function submitted(body: unknown = hello, token?: string): Promise<string> {
  const { json, status } = await stand.ask("POST", "/v1/executions", { body, token });
  expect(status).toBe(201);
  return json.execution.id;
}

test("a submission answers 201 with the execution and where it is", async () => {
  const answer = await stand.ask("POST", "/v1/executions", { body: { ...hello, name: "Mine" } });
  expect(answer.status).toBe(201);
  expect(answer.json.execution).toMatchObject({ state: "queued", zapp: "say-hello", name: "Mine" });
  expect(answer.headers.get("location")).toBe(`/v1/executions/${answer.json.execution.id}`);
});

test("a list is answered item by item, in order", async () => {
  const body = [hello, { zapp: "no-such-zapp" }, { zapp: 7 }, { ...hello, name: "last" }];
  const { json } = await stand.ask("POST", "/v1/executions", { body });
  expect(json).toMatchObject({ accepted: 2, refused: 2 });
  expect(json.items.map((item: { kind: string }) => item.kind)).toEqual([
    ...["accepted", "refused", "refused", "accepted"],
  ]);
  expect(json.items[2].faults[0].pointer).toBe("/zapp");
  expect(json.items[3].execution.name).toBe("last");
});

test("a repeat with the same Idempotency-Key makes nothing twice", async () => {
  const headers = { "idempotency-key": "k1" };
  const first = await stand.ask("POST", "/v1/executions", { body: hello, headers });
  const second = await stand.ask("POST", "/v1/executions", { body: hello, headers });
  expect(second.json).toMatchObject({ repeated: true, execution: { id: first.json.execution.id } });
  const other = await stand.ask("POST", "/v1/executions", { body: { zapp: "many" }, headers });
  expect(other.status).toBe(409);
});

test("one that was submitted with numbers is listed by each of them, to those who may see it", async () => {
  const { json } = await stand.ask("POST", "/v1/executions", { body: { ...hello, numbers: 2 } });
  expect(json.execution).toMatchObject({ number: 1, numbers: 2 });
  for (const number of [1, 2]) {
    const found = await stand.ask("GET", `/v1/executions?number=${number}`);
    expect(found.json.items.map((row: { id: string }) => row.id)).toEqual([json.execution.id]);
  }
  expect((await stand.ask("GET", "/v1/executions?number=3")).json.items).toEqual([]);
  const elsewhere = await stand.ask("GET", "/v1/executions?number=1&name=other");
  expect(elsewhere.json.items).toEqual([]);
});

test("a plan says what would run, and stores nothing", async () => {
  const { json } = await stand.ask("POST", "/v1/plan", { body: hello });
  expect(json).toMatchObject({ starts: "now", services: [{ service: "hello", run: "once" }] });
  const { json: list } = await stand.ask("GET", "/v1/executions");
  expect(list.items).toEqual([]);
});

test("the list is newest first, filtered, and paged by a cursor that fits only it", async () => {
  const ids = [];
  for (const group of ["a", "b", "a"]) ids.push(await submitted({ ...hello, labels: { group } }));
  const first = await stand.ask("GET", "/v1/executions?limit=2");
  expect(first.json.items.map((row: { id: string }) => row.id)).toEqual([ids[2], ids[1]]);
  const { cursor } = first.json;
  const second = await stand.ask("GET", `/v1/executions?limit=2&cursor=${cursor}`);
  expect(second.json.items.map((row: { id: string }) => row.id)).toEqual([ids[0]]);
  const labelled = await stand.ask("GET", "/v1/executions?label=group=a");
  expect(labelled.json.items).toHaveLength(2);
  const carried = await stand.ask("GET", `/v1/executions?label=group=a&cursor=${cursor}`);
  expect(carried.status).toBe(400);
  expect(carried.json.errors[0].pointer).toBe("/query/cursor");
});

test("two labels must both fit", async () => {
  await submitted({ ...hello, labels: { group: "a", kind: "x" } });
  await submitted({ ...hello, labels: { group: "a" } });
  const { json } = await stand.ask("GET", "/v1/executions?label=group=a&label=kind=x");
  expect(json.items).toHaveLength(1);
});

test("an execution shows its services once it runs", async () => {
  const id = await submitted();
  await stand.turn();
  const { json } = await stand.ask("GET", `/v1/executions/${id}`);
  expect(json).toMatchObject({ state: "running", services: [{ service: "hello", running: 1 }] });
});

test("a long poll answers at once what differs from the version or state it was given", async () => {
  const id = await submitted();
  const before = await stand.ask("GET", `/v1/executions/${id}`);
  await stand.turn();
  const byVersion = `/v1/executions/${id}?wait=20&after=${before.json.version}`;
  expect((await stand.ask("GET", byVersion)).json.state).toBe("running");
  const byState = await stand.ask("GET", `/v1/executions/${id}?wait=20&after=queued`);
  expect(byState.json.state).toBe("running");
});

test("a long poll that waits is woken by the change", async () => {
  const id = await submitted();
  const waiting = stand.ask("GET", `/v1/executions/${id}?wait=20&after=queued`);
  await stand.turn();
  expect((await waiting).json.state).toBe("running");
});

test("where nobody waits, the answer says when to ask again", async () => {
  stand = await aStand({ limits: { waitSeconds: 0 } });
  const id = await submitted();
  const answer = await stand.ask("GET", `/v1/executions/${id}?wait=20&after=queued`);
  expect(answer.json.state).toBe("queued");
  expect(answer.headers.get("retry-after")).toBe("2");
});

test("a host that closes lets nobody wait", async () => {
  const closing = new AbortController();
  stand = await aStand({ closing: closing.signal });
  const id = await submitted();
  const waiting = stand.ask("GET", `/v1/executions/${id}?wait=20&after=queued`);
  closing.abort();
  expect((await waiting).json.state).toBe("queued");
});

test("what waits says why", async () => {
  const id = await submitted();
  const { json } = await stand.ask("GET", `/v1/executions/${id}/why`);
  expect(json).toMatchObject({ state: "queued", reasons: [{ text: expect.any(String) }] });
});

test("a stop in the first second ends it, and a second stop changes nothing", async () => {
  const id = await submitted();
  const first = await stand.ask("DELETE", `/v1/executions/${id}?reason=wrong`);
  expect(first.status).toBe(202);
  expect(first.json.outcome).toEqual({ kind: "cancelled", by: "admin", reason: "wrong" });
  const second = await stand.ask("DELETE", `/v1/executions/${id}`);
  expect(second.json.outcome).toEqual(first.json.outcome);
});

test("many are stopped by a filter, and nothing is without one", async () => {
  await submitted({ ...hello, labels: { group: "a" } });
  const other = await submitted();
  const none = await stand.ask("POST", "/v1/executions/stop", { body: {} });
  expect(none.status).toBe(400);
  const body = { labels: ["group=a"] };
  const { json } = await stand.ask("POST", "/v1/executions/stop", { body });
  expect(json).toMatchObject({ stopped: [expect.any(String)], more: false });
  expect((await stand.ask("GET", `/v1/executions/${other}`)).json.state).toBe("queued");
  const all = await stand.ask("POST", "/v1/executions/stop", { body: { all: true } });
  expect(all.json.stopped).toEqual([other]);
});

test("a change of priority and time is shown, and refused once it has ended", async () => {
  const id = await submitted();
  const body = { priority: 90, maxTime: "2h" };
  const changed = await stand.ask("PATCH", `/v1/executions/${id}`, { body });
  expect(changed.json).toMatchObject({ priority: 90, maxTimeSeconds: 7200 });
  await stand.ask("DELETE", `/v1/executions/${id}`);
  expect((await stand.ask("PATCH", `/v1/executions/${id}`, { body })).status).toBe(409);
});

test("only an ended execution is retried", async () => {
  const id = await submitted();
  expect((await stand.ask("POST", `/v1/executions/${id}/retry`)).status).toBe(409);
  await stand.ask("DELETE", `/v1/executions/${id}`);
  const again = await stand.ask("POST", `/v1/executions/${id}/retry?only=failed`);
  expect(again).toMatchObject({ status: 202, json: { execution: { state: "queued", round: 2 } } });
});

test("events, instances and ledger tell the inside", async () => {
  const id = await submitted();
  await stand.turn();
  const events = await stand.ask("GET", `/v1/executions/${id}/events?limit=1`);
  expect(events.json.items[0]).toMatchObject({ of: "execution", to: "queued", by: "admin" });
  expect(events.json.cursor).toBeDefined();
  const instances = await stand.ask("GET", `/v1/executions/${id}/instances`);
  expect(instances.json).toMatchObject({ counts: { running: 1 }, items: [{ service: "hello" }] });
  const ledger = await stand.ask("GET", `/v1/executions/${id}/ledger`);
  expect(ledger.json.services[0].asked).toEqual({ cpu: 1, memoryMib: 100, gpu: 0 });
});

test("a log that is not written yet is empty and not done", async () => {
  const id = await submitted();
  await stand.turn();
  const { json } = await stand.ask("GET", `/v1/executions/${id}/logs`);
  expect(json).toEqual({ instance: "hello-0.1", text: "", next: 0, done: false });
});

test("files are listed under their folder, and fetched as bytes that no browser runs", async () => {
  const id = await submitted();
  const content = new TextEncoder().encode("<script>1</script>");
  await stand.world.objects.put(`executions/${id}/files/results/a b.html`, content);
  const list = await stand.ask("GET", `/v1/executions/${id}/files?under=results/`);
  expect(list.json.items).toMatchObject([{ path: "results/a b.html", size: 18 }]);
  const file = await stand.ask("GET", `/v1/executions/${id}/files/results/a%20b.html`);
  expect(file.text).toBe("<script>1</script>");
  expect(file.headers.get("content-type")).toBe("application/octet-stream");
  expect(file.headers.get("content-disposition")).toBe("attachment");
  expect((await stand.ask("GET", `/v1/executions/${id}/files/../secret`)).status).toBe(404);
});
