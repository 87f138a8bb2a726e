// Tenants apart: every route of the OpenAPI document (not a list by hand), asked with a foreign tenant's token, a revoked one, an expired one,
// one of too small a scope or role, and none. Routes are counted, so that none is forgotten.
import { beforeAll, expect, test } from "vitest";
import { type Answer, aStand, type Stand } from "./stand.ts";

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly isPublic: boolean;
  readonly scope: string;
  readonly role: string;
  readonly body?: Body;
}

interface Body {
  readonly type: string;
  readonly content: string;
}

interface Documented {
  readonly security?: unknown;
  readonly description: string;
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly examples?: object }>>;
  };
}

let stand: Stand;
let operations: Operation[];
/** What the walk asks about: one of each kind, all of the tenant `default`. */
let owned: Readonly<Record<string, string>>;

beforeAll(async () => {
  stand = await aStand({
    limits: { requestsPerSecond: 1e6, requestBurst: 1e6 },
    backup: async () => ({ path: "/nowhere", bytes: 0 }),
  });
  const { json } = await stand.ask("GET", "/openapi.json");
  operations = operationsOf(json.paths);
  owned = await ownThings();
});

function operationsOf(paths: Record<string, Record<string, Documented>>): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security, description, requestBody }]) => ({
      ...{ method: method.toUpperCase(), path, isPublic: security === undefined },
      scope: /Token scope: (\w+)/.exec(description)?.[1] ?? "",
      role: /Role: (\w+)/.exec(description)?.[1] ?? "user",
      ...(requestBody && { body: exampleOf(requestBody.content) }),
    })),
  );
}

function exampleOf(content: Readonly<Record<string, { readonly examples?: object }>>): Body {
  const [type = "", { examples = {} } = {}] = Object.entries(content)[0] ?? [];
  const [example] = Object.values(examples) as { value: unknown }[];
  return { type, content: type.includes("json") ? JSON.stringify(example?.value) : "bytes" };
}

async function ownThings() {
  const { json } = await stand.ask("POST", "/v1/executions", { body: { zapp: "sorter" } });
  const { id } = json.execution;
  await stand.ask("POST", `/v1/executions/${id}/queues/papers/tasks`, {
    body: [{ id: "t1", payload: "private" }],
  });
  await stand.world.objects.put(`executions/${id}/files/a.txt`, new Uint8Array(1));
  await stand.ask("PUT", "/v1/secrets/own-key", { body: { value: "private" } });
  await stand.ask("PUT", "/v1/zapps/own-zapp", { body: { text: zapp } });
  const upload = await stand.ask("POST", "/v1/uploads", {
    raw: "x",
    type: "application/octet-stream",
  });
  const token = await stand.ask("POST", "/v1/tokens", { body: { scope: "read" } });
  return {
    id,
    queue: "papers",
    task: "t1",
    path: "a.txt",
    upload: upload.json.id,
    token: token.json.token.id,
  };
}

const zapp =
  "{version: 4, name: own-zapp, services: [{name: a, run: once, program: ., command: [x], resources: {cpu: 1, memory: 1MiB}}]}";

/** By the noun before it: `/v1/tokens/{id}` wants a token's id. */
function pathOf({ path }: Operation): string {
  const own: Record<string, string | undefined> = {
    "/v1/tokens/{id}": owned.token,
    "/v1/uploads/{id}": owned.upload,
  };
  const names: Record<string, string> = {
    "/v1/zapps/{name}": "own-zapp",
    "/v1/users/{name}": "admin",
    "/v1/tenants/{name}": "default",
    "/v1/secrets/{name}": "own-key",
  };
  return path
    .replace("{id}", own[path] ?? owned.id ?? "")
    .replace("{name}", names[path] ?? "")
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => owned[name] ?? "");
}

function ask(operation: Operation, token: string | null): Promise<Answer> {
  const { method, body } = operation;
  return stand.ask(method, pathOf(operation), {
    token,
    ...(body && { raw: body.content, type: body.type }),
  });
}

const closed = () => operations.filter(({ isPublic }) => !isPublic);

test("the walk meets all routes there are", () => {
  expect(operations.length).toBe(56);
  expect(closed().length).toBe(52);
});

test("without a token, with an unknown, a revoked or an expired one, every route answers 401", async () => {
  const revoked = await stand.tokenOf("rita", { role: "administrator", scope: "admin" });
  const list = await stand.ask("GET", "/v1/tokens");
  const { id } = list.json.items.find(({ user }: { user: string }) => user === "rita");
  await stand.ask("DELETE", `/v1/tokens/${id}`);
  const expired = await stand.tokenOf("eric", {
    role: "administrator",
    scope: "admin",
    expiresInDays: 1,
  });
  stand.clock.now += 2 * 86_400_000;
  const unknown = `zoe_${"x".repeat(43)}`;
  for (const token of [null, unknown, revoked, expired, "nonsense"]) {
    for (const operation of closed()) {
      const { status, headers } = await ask(operation, token);
      expect(`${operation.method} ${operation.path} ${status}`).toMatch(/ 401$/);
      expect(headers.get("www-authenticate")).toContain("Bearer");
    }
  }
});

test("a token of too small a scope is refused by every route that wants more", async () => {
  let refused = 0;
  const larger: Record<string, string[]> = { read: ["submit", "admin"], submit: ["admin"] };
  for (const [scope, wanted] of Object.entries(larger)) {
    const token = await stand.tokenOf("nora", { role: "administrator", scope: scope as "read" });
    for (const operation of closed().filter(({ scope }) => wanted.includes(scope))) {
      expect(
        `${operation.method} ${operation.path} ${(await ask(operation, token)).status}`,
      ).toMatch(/ 403$/);
      refused++;
    }
  }
  expect(refused).toBe(36);
});

test("a user of too small a role is refused by every route that wants more", async () => {
  const token = await stand.tokenOf("una", { role: "user", scope: "admin" });
  const wanting = closed().filter(({ role }) => role !== "user");
  for (const operation of wanting)
    expect(`${operation.method} ${operation.path} ${(await ask(operation, token)).status}`).toMatch(
      / 403$/,
    );
  expect(wanting.length).toBe(12);
});

/** Their answers speak of the one who asks, or of nobody's things. */
const ABOUT_ONESELF = [
  ...["GET /v1/info", "GET /v1/executions", "POST /v1/executions", "POST /v1/plan"],
  ...[
    "POST /v1/executions/stop",
    "GET /v1/zapps",
    "POST /v1/zapps/validate",
    "PUT /v1/zapps/{name}",
  ],
  ...[
    "GET /v1/quota",
    "PUT /v1/quota",
    "GET /v1/usage",
    "GET /v1/tokens",
    "POST /v1/tokens",
    "GET /v1/users",
  ],
  ...["GET /v1/tenants", "GET /v1/secrets", "PUT /v1/secrets/{name}", "DELETE /v1/secrets/{name}"],
  ...["POST /v1/uploads", "GET /v1/uploads"],
];

test("to a foreign operator every one of the tenant's things is not there, and lists show none of them", async () => {
  const token = await stand.tokenOf("fred", {
    tenant: "foreign",
    role: "operator",
    scope: "admin",
  });
  const before = await picture();
  let absent = 0;
  for (const operation of closed()) {
    const name = `${operation.method} ${operation.path}`;
    const { status, text } = await ask(operation, token);
    if (operation.role === "administrator") expect(`${name} ${status}`).toMatch(/ 403$/);
    else if (ABOUT_ONESELF.includes(name)) expect(status, `${name} ${text}`).toBeLessThan(500);
    else {
      expect(`${name} ${status}`).toMatch(/ 404$/);
      absent++;
    }
    for (const own of [owned.id, owned.upload, owned.token])
      expect(text.replaceAll(pathOf(operation), "").includes(`"${own}"`), name).toBe(false);
    expect(text, name).not.toContain("private");
  }
  expect(absent).toBe(26);
  expect(await picture()).toEqual(before);
});

test("to another user of the same tenant, what is not hers is not there", async () => {
  const token = await stand.tokenOf("olga", { role: "user", scope: "admin" });
  const before = await picture();
  const hers = closed().filter(({ path }) => /^\/v1\/(executions|uploads|tokens)\/\{/.test(path));
  for (const operation of hers)
    expect(`${operation.method} ${operation.path} ${(await ask(operation, token)).status}`).toMatch(
      / 404$/,
    );
  expect(hers.length).toBe(22);
  expect(await picture()).toEqual(before);
});

test("a tenant that is named by one who is not of it does not exist, on every route that takes one", async () => {
  const token = await stand.tokenOf("fred", {
    tenant: "foreign",
    role: "operator",
    scope: "admin",
  });
  const { json } = await stand.ask("GET", "/openapi.json");
  const taking = closed().filter(({ method, path, role }) => {
    const { parameters } = json.paths[path.replace("+}", "}")][method.toLowerCase()];
    const names = parameters.map(({ name }: { name: string }) => name);
    return names.includes("tenant") && role !== "administrator";
  });
  const statuses = [];
  for (const operation of taking) {
    const { method, body } = operation;
    const sent = body && { raw: body.content, type: body.type };
    const path = `${pathOf(operation)}?tenant=default`;
    // An operator may not set the quota of any tenant, be it there or not.
    const own = path.startsWith("/v1/quota") && method === "PUT" ? "&user=admin" : "";
    statuses.push((await stand.ask(method, path + own, { token, ...sent })).status);
  }
  expect(statuses).toEqual(Array(8).fill(404));
});

/** All that the tenant has, as its administrator sees it. */
async function picture(): Promise<unknown[]> {
  const paths = [
    "/v1/executions",
    "/v1/secrets",
    "/v1/uploads",
    "/v1/zapps",
    "/v1/users",
    "/v1/quota",
  ];
  const queue = `/v1/executions/${owned.id}/queues/papers`;
  const own = [`/v1/executions/${owned.id}`, `/v1/executions/${owned.id}/files`, queue];
  const answers = await Promise.all([...paths, ...own].map((path) => stand.ask("GET", path)));
  return answers.map(({ json }) => ({ ...json, ratePerSecond: 0, queues: 0 }));
}
