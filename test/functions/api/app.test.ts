// The door itself: documents, errors, limits, headers, metrics.
import { beforeEach, expect, test } from "vitest";
import { newApi } from "#functions/api/api.ts";
import { routesOf } from "#functions/api/routes.ts";
import { aStand, type Stand } from "./stand.ts";

let stand: Stand;
beforeEach(async () => {
  stand = await aStand();
});

test("the OpenAPI document names every schema that it refers to", async () => {
  const { json, text } = await stand.ask("GET", "/openapi.json", { token: null });
  expect(json.openapi).toBe("3.1.0");
  const refs = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
  expect(refs.length).toBeGreaterThan(100);
  for (const [ref, kind = "", name = ""] of refs)
    expect(json.components[kind]?.[name], ref).toBeDefined();
  expect(text).not.toContain("#/$defs");
});

test("every operation has an id of its own, a summary, and an answer that went well", async () => {
  const { json } = await stand.ask("GET", "/openapi.json");
  const operations = Object.values(json.paths).flatMap((path) => Object.values(path as object));
  const ids = new Set(operations.map(({ operationId }) => operationId));
  expect(ids.size).toBe(operations.length);
  for (const { summary, responses, operationId } of operations) {
    expect(summary, operationId).toMatch(/^[A-Z]/);
    expect(Object.keys(responses).filter((status) => status < "300")).toHaveLength(1);
  }
});

test("every example is what its schema says, sent or answered", () => {
  let seen = 0;
  for (const { method, path, body, answer } of routesOf(newApi(stand.world, {}))) {
    const sent = Object.values(body?.types ?? {});
    for (const { schema, examples = {} } of sent) {
      for (const example of Object.values(examples)) {
        seen++;
        expect(schema?.safeParse(example).error, `${method} ${path}`).toBeUndefined();
      }
    }
    if (answer.example === undefined) continue;
    seen++;
    expect(answer.schema?.safeParse(answer.example).error, `${method} ${path}`).toBeUndefined();
  }
  expect(seen).toBeGreaterThan(30);
});

test("/docs is one page that asks nothing of anybody else", async () => {
  const { text, headers } = await stand.ask("GET", "/docs", { token: null });
  expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(text).toContain("Submit an execution, or a list of them");
  expect(text).toContain('id="problem-notFound"');
  expect(text).not.toMatch(/<script|src=|href="http|@import|url\(/);
});

test("the format of zapps is published", async () => {
  const { json } = await stand.ask("GET", "/schema/zapp.json", { token: null });
  expect(json).toMatchObject({ title: "ZApp description, format 4", type: "object" });
});

test("an unknown path is 404, and needs no token to say so", async () => {
  const { status, json } = await stand.ask("GET", "/v2/nothing", { token: null });
  expect(status).toBe(404);
  expect(json).toMatchObject({ code: "notFound", type: "/docs#problem-notFound", errors: [] });
});

test("another method than those of the path is 405, with those there are", async () => {
  for (const method of ["PUT", "TRACE", "PROPFIND"]) {
    const { status, headers } = await askRaw(method, "/v1/executions");
    expect([method, status]).toEqual([method, 405]);
    expect(headers.get("allow")).toBe("POST, GET, HEAD, OPTIONS");
  }
});

test("a fixed path is no id: its own methods alone count", async () => {
  const { status, headers } = await stand.ask("GET", "/v1/executions/stop");
  expect(status).toBe(405);
  expect(headers.get("allow")).toBe("POST, OPTIONS");
});

/** The Request of the platform knows no TRACE; servers do. */
async function askRaw(method: string, path: string) {
  if (method !== "TRACE") return stand.ask(method, path);
  const { app } = await import("#functions/api/app.ts");
  const request = new Request(`http://zoe${path}`);
  Object.defineProperty(request, "method", { value: "TRACE" });
  return app(stand.world).fetch(request);
}

test("HEAD is GET without a body, OPTIONS tells the methods", async () => {
  const head = await stand.ask("HEAD", "/v1/info");
  expect(head).toMatchObject({ status: 200, text: "" });
  const options = await stand.ask("OPTIONS", "/v1/info", { token: null });
  expect(options.status).toBe(204);
  expect(options.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
});

test("pages of other origins may not call unless they are allowed by name", async () => {
  const headers = { origin: "https://page.example" };
  const closed = await stand.ask("GET", "/v1/info", { headers });
  expect(closed.headers.get("access-control-allow-origin")).toBeNull();
  stand = await aStand({ corsOrigins: ["https://page.example"] });
  const open = await stand.ask("GET", "/v1/info", { headers });
  expect(open.headers.get("access-control-allow-origin")).toBe("https://page.example");
  const preflight = await stand.ask("OPTIONS", "/v1/executions", { headers, token: null });
  expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
  expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
  const other = { origin: "https://other.example" };
  const foreign = await stand.ask("GET", "/v1/info", { headers: other });
  expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
});

test("every answer forbids to be framed, sniffed or kept", async () => {
  for (const path of ["/v1/info", "/nowhere", "/docs", "/healthz"]) {
    const { headers } = await stand.ask("GET", path);
    expect(headers.get("x-content-type-options"), path).toBe("nosniff");
    expect(headers.get("content-security-policy"), path).toContain("frame-ancestors 'none'");
    expect(headers.get("cache-control"), path).toBe("no-store");
  }
});

test("one token may ask so often, and is told when to ask again", async () => {
  stand = await aStand({ limits: { requestsPerSecond: 2, requestBurst: 3 } });
  const statuses = [];
  for (let n = 0; n < 5; n++) statuses.push((await stand.ask("GET", "/v1/info")).status);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  const refused = await stand.ask("GET", "/v1/info");
  expect(refused.headers.get("retry-after")).toBe("1");
  const other = await stand.tokenOf("ada");
  expect((await stand.ask("GET", "/v1/info", { token: other })).status).toBe(200);
  stand.clock.now += 1000;
  expect((await stand.ask("GET", "/v1/info")).status).toBe(200);
});

test("a body over the limit is refused by its header, and without one while it is read", async () => {
  stand = await aStand({ limits: { bodyBytes: 1000 } });
  const raw = JSON.stringify({ zapp: "say-hello", name: "x".repeat(2000) });
  const type = "application/json";
  const headers = { "content-length": String(raw.length) };
  const told = await stand.ask("POST", "/v1/executions", { raw, type, headers });
  expect(told).toMatchObject({ status: 413, json: { code: "tooLarge" } });
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 100;
      controller.enqueue(new Uint8Array(100).fill(0x20));
    },
  });
  const counted = await stand.ask("POST", "/v1/executions", { raw: endless, type });
  expect(counted.status).toBe(413);
  expect(sent).toBeLessThan(3000);
});

test("an upload over its limit leaves nothing", async () => {
  stand = await aStand({ limits: { uploadBytes: 10 } });
  const raw = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(8)),
  });
  const type = "application/octet-stream";
  expect((await stand.ask("POST", "/v1/uploads", { raw, type })).status).toBe(413);
  expect((await stand.world.objects.list("uploads/", { limit: 10 })).objects).toEqual([]);
});

test("an error of ours is 500 with an id under which the log tells more, and nothing of it outside", async () => {
  stand.world.secrets.names = async () => {
    throw new Error("the disk said: boom", { cause: new Error("deeper") });
  };
  const { status, json, text } = await stand.ask("GET", "/v1/secrets");
  expect(status).toBe(500);
  expect(text).not.toContain("boom");
  const line = stand.logged.find(({ level }) => level === "error");
  expect(line?.about.id).toBe(json.id);
  expect(line?.about.error).toContain("deeper");
});

test("a request is logged with its route and who asked, and never its token", async () => {
  await stand.ask("GET", "/v1/executions?label=a=b");
  const line = stand.logged.find(({ text }) => text === "request");
  expect(line?.about).toMatchObject({
    ...{ route: "GET /v1/executions", status: 200, tenant: "default", user: "admin" },
  });
  expect(JSON.stringify(stand.logged)).not.toContain(stand.admin);
});

test("/metrics counts executions, capacity, queues and requests", async () => {
  await stand.ask("POST", "/v1/executions", { body: { zapp: "say-hello" } });
  const { json } = await stand.ask("POST", "/v1/executions", { body: { zapp: "sorter" } });
  const tasks = `/v1/executions/${json.execution.id}/queues/papers/tasks`;
  await stand.ask("POST", tasks, { body: [{ payload: 1 }] });
  await stand.turn();
  const { text, headers } = await stand.ask("GET", "/metrics");
  expect(headers.get("content-type")).toContain("version=0.0.4");
  expect(text).toContain('zoe_executions{state="running"} 2');
  expect(text).toContain('zoe_held{of="cpu"} 2');
  expect(text).toContain(`queue="papers",state="put"} 1`);
  expect(text).toContain('zoe_http_requests_total{route="POST /v1/executions",status="201"} 2');
  expect(text).toMatch(/zoe_scheduler_cycles_total [1-9]/);
  for (const line of text.trim().split("\n"))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [0-9.e+-]+)$/);
  const user = await stand.tokenOf("ada");
  expect((await stand.ask("GET", "/metrics", { token: user })).status).toBe(403);
});

test("what is no readable HTTP is refused with a problem too", async () => {
  const { rawRefusal, refuseUnreadable } = await import("#functions/api/unreadable.ts");
  expect(await refuseUnreadable().json()).toMatchObject({ status: 400, code: "invalid" });
  const raw = await rawRefusal("HPE_HEADER_OVERFLOW");
  const [head = "", body = ""] = raw.split("\r\n\r\n");
  expect(head).toMatch(/^HTTP\/1.1 431 Request Header Fields Too Large\r\n/);
  expect(head).toContain(`content-length: ${body.length}`);
  expect(JSON.parse(body)).toMatchObject({ status: 431, code: "headersTooLarge" });
  expect(await rawRefusal("ERR_HTTP_REQUEST_TIMEOUT")).toMatch(/^HTTP\/1.1 408 /);
  expect(await rawRefusal(undefined)).toMatch(/^HTTP\/1.1 400 /);
});

test("a backup is there where the host can, and only there", async () => {
  expect((await stand.ask("POST", "/v1/backup")).status).toBe(404);
  stand = await aStand({ backup: async () => ({ path: "/state/backups/1.db", bytes: 5 }) });
  expect((await stand.ask("POST", "/v1/backup")).json).toEqual({
    ...{ path: "/state/backups/1.db", bytes: 5 },
  });
});

test("usage is summed up by day, user and zapp", async () => {
  const { usageItem } = await import("#functions/usage.ts");
  const { json } = await stand.ask("POST", "/v1/executions", { body: { zapp: "say-hello" } });
  const used = { cpuSeconds: 3, wallSeconds: 5, peakMemoryMib: 10 };
  const execution = { ...json.execution, services: [], queues: [] };
  const other = { ...execution, id: "exe_other" };
  const foreign = { ...execution, id: "exe_foreign", user: "ada" };
  const at = stand.clock.now;
  await stand.world.store.batchPut(
    [execution, other, foreign].map((one) => usageItem(one, used, at)),
  );
  const answer = await stand.ask("GET", "/v1/usage?user=admin");
  expect(answer.json.rows).toEqual([
    {
      ...{ day: "2026-03-01", user: "admin", zapp: "say-hello" },
      ...{ executions: 2, cpuSeconds: 6, wallSeconds: 10 },
    },
  ]);
  const later = await stand.ask("GET", "/v1/usage?from=2026-03-02&to=2026-03-03");
  expect(later.json.rows).toEqual([]);
});
