// What callers send wrongly to the other routes: tasks, changes, accounts, descriptions; and tokens that are none. For malformed.test.ts.
import type { Cases } from "./malformed.ts";
import type { Ask } from "./stand.ts";

const TASKS = "POST /v1/executions/SORTER/queues/papers/tasks";
const lines = (raw: Ask["raw"]): Ask => ({ raw, type: "application/x-ndjson" });
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

export const tasks: Cases = {
  "tasks that are no list": [TASKS, { body: { payload: 1 } }, 400, ""],
  "an empty list of tasks": [TASKS, { body: [] }, 400, ""],
  "no lines": [TASKS, lines("\n\n"), 400, ""],
  "10,001 tasks": [TASKS, { body: Array(10_001).fill({ payload: 1 }) }, 413, ""],
  "a task that is a number": [TASKS, { body: [7] }, 400, "/0"],
  "a task that is null": [TASKS, { body: [null] }, 400, "/0"],
  "a task without payload": [TASKS, { body: [{ id: "a" }] }, 400, "/0/payload"],
  "a task with another field": [TASKS, { body: [{ payload: 1, priority: 1 }] }, 400, "/0"],
  "an id that is a number": [TASKS, { body: [{ payload: 1, id: 7 }] }, 400, "/0/id"],
  "an empty id": [TASKS, { body: [{ payload: 1, id: "" }] }, 400, "/0/id"],
  "an id of 201 characters": [TASKS, { body: [{ payload: 1, id: "x".repeat(201) }] }, 400, "/0/id"],
  "an id with a line break": [TASKS, { body: [{ payload: 1, id: "a\nb" }] }, 400, "/0/id"],
  "an id with a NUL": [TASKS, { body: [{ payload: 1, id: "a\0" }] }, 400, "/0/id"],
  "an id of half a surrogate pair": [TASKS, lines('{"payload":1,"id":"\\ud800"}'), 400, "/0/id"],
  "the second of two tasks wrong": [TASKS, { body: [{ payload: 1 }, {}] }, 400, "/1/payload"],
  "a payload over 64 KiB": [TASKS, { body: [{ payload: "x".repeat(65_537) }] }, 413, "/0/payload"],
  "a payload of 65 levels": [TASKS, lines(`{"payload":${nested(65)}}`), 400, "/0/payload"],
  "a payload of 20,000 levels": [TASKS, lines(`{"payload":${nested(20_000)}}`), 400, "/0/payload"],
  "a list with a payload of 20,000 levels": [
    TASKS,
    { raw: `[{"payload":${nested(20_000)}}]`, type: "application/json" },
    ...([400, "/0/payload"] as const),
  ],
  "a broken line": [TASKS, lines('{"payload":1}\n{"payload":'), 400, "/1"],
  "a line that hides a second task": [TASKS, lines('{"payload":1},{"payload":2}'), 400, "/0"],
  "a line that closes too early": [TASKS, lines('{"payload":1}}'), 400, "/0"],
  "tasks as CSV": [TASKS, { raw: "id,payload\n1,2", type: "text/csv" }, 415],
  "tasks in invalid UTF-8": [TASKS, lines(new Uint8Array([0x7b, 0xff, 0x7d])), 400, ""],
  "a redrive of names that are none": [
    "POST /v1/executions/SORTER/queues/papers/redrive",
    { body: { tasks: [7] } },
    ...([400, "/tasks/0"] as const),
  ],
  "a redrive of no names": [
    "POST /v1/executions/SORTER/queues/papers/redrive",
    { body: { tasks: [] } },
    ...([400, "/tasks"] as const),
  ],
  "a task's id of 201 characters": [
    `GET /v1/executions/SORTER/queues/papers/tasks/${"x".repeat(201)}`,
    ...([{}, 404, "/path/task"] as const),
  ],
};

const text = (yaml: string): Ask => ({ body: { text: yaml } });
const VALIDATE = "POST /v1/zapps/validate";
const MINE = "PUT /v1/zapps/mine";
const bomb = [
  "a: &a [x, x, x, x, x, x, x, x, x, x]",
  ...["b: &b [*a, *a, *a, *a, *a, *a, *a, *a]", "c: &c [*b, *b, *b, *b, *b, *b, *b, *b]"],
  ...["d: &d [*c, *c, *c, *c, *c, *c, *c, *c]", "e: &e [*d, *d, *d, *d, *d, *d, *d, *d]"],
].join("\n");

export const descriptions: Cases = {
  "nothing to validate": [VALIDATE, { body: {} }, 400, ""],
  "both a text and a description": [VALIDATE, { body: { text: "a", description: {} } }, 400, ""],
  "a text that is a number": [VALIDATE, { body: { text: 7 } }, 400, "/text"],
  "a description that is a list": [VALIDATE, { body: { description: [] } }, 400, "/description"],
  "broken YAML": [VALIDATE, text("a: [1, 2"), 400],
  "YAML anchors that explode": [VALIDATE, text(bomb), 400],
  "YAML that contains itself": [MINE, text("a: &a [*a]"), 400],
  "YAML with an unknown anchor": [VALIDATE, text("a: *b"), 400],
  "YAML with the same key twice": [VALIDATE, text("a: 1\na: 2"), 400],
  "two YAML documents": [VALIDATE, text("a: 1\n---\nb: 2"), 400],
  "YAML of 100 KiB": [VALIDATE, text(`a: ${"x".repeat(100_000)}`), 400, "/text"],
  "YAML of many brackets": [VALIDATE, text("[".repeat(30_000)), 400],
  "an installation of nothing": [MINE, { body: {} }, 400, ""],
  "an installation of a number": [MINE, text("7"), 400],
  "an installation of null": [MINE, text("~"), 400],
  "a folder that is relative": [MINE, { body: { text: "a", folder: "mine" } }, 400, "/folder"],
  "a folder with a NUL": [MINE, { body: { text: "a", folder: "/a\0" } }, 400, "/folder"],
  "a name that is none": ["PUT /v1/zapps/a", text("a"), 404, "/path/name"],
};

export const accounts: Cases = {
  "a token without scope": ["POST /v1/tokens", { body: {} }, 400, "/scope"],
  "a token of a fourth scope": ["POST /v1/tokens", { body: { scope: "root" } }, 400, "/scope"],
  "a token for a day of nothing": [
    "POST /v1/tokens",
    { body: { scope: "read", expiresInDays: 0 } },
    400,
    "/expiresInDays",
  ],
  "a token for half a day": [
    "POST /v1/tokens",
    { body: { scope: "read", expiresInDays: 0.5 } },
    400,
    "/expiresInDays",
  ],
  "a token for a thousand years": [
    "POST /v1/tokens",
    { body: { scope: "read", expiresInDays: 365_000 } },
    400,
    "/expiresInDays",
  ],
  "a token of nobody": ["POST /v1/tokens", { body: { scope: "read", user: "nobody" } }, 404],
  "a user without role": ["PUT /v1/users/ada", { body: {} }, 400, "/role"],
  "a user of a fourth role": ["PUT /v1/users/ada", { body: { role: "king" } }, 400, "/role"],
  "a user of no tenant": ["PUT /v1/users/ada?tenant=nowhere", { body: { role: "user" } }, 404],
  "a user whose name is a path": [
    "PUT /v1/users/..%2fada",
    { body: { role: "user" } },
    404,
    "/path/name",
  ],
  "a tenant with a hash sign": ["PUT /v1/tenants/a%23b", { body: {} }, 404, "/path/name"],
  "a tenant with a title of two lines": [
    "PUT /v1/tenants/a",
    { body: { title: "a\nb" } },
    400,
    "/title",
  ],
  "a secret without value": ["PUT /v1/secrets/key", { body: {} }, 400, "/value"],
  "an empty secret": ["PUT /v1/secrets/key", { body: { value: "" } }, 400, "/value"],
  "a secret of a megabyte": [
    "PUT /v1/secrets/key",
    { body: { value: "x".repeat(1e6) } },
    400,
    "/value",
  ],
  "a secret whose name is a path": [
    "PUT /v1/secrets/..%2fkey",
    { body: { value: "x" } },
    404,
    "/path/name",
  ],
  "a quota below nothing": ["PUT /v1/quota", { body: { cpu: -1 } }, 400, "/cpu"],
  "a quota of half an instance": ["PUT /v1/quota", { body: { instances: 0.5 } }, 400, "/instances"],
  "a quota of something else": ["PUT /v1/quota", { body: { beer: 1 } }, 400, "/beer"],
  "a change of nothing known": [
    "PATCH /v1/executions/SORTER",
    { body: { state: "ended" } },
    400,
    "/state",
  ],
  "a change to half a worker": [
    "PATCH /v1/executions/SORTER",
    { body: { counts: { sorter: { max: 0.5 } } } },
    400,
    "/counts/sorter/max",
  ],
  "a change to a wrong priority": [
    "PATCH /v1/executions/SORTER",
    { body: { priority: 1000 } },
    400,
    "/priority",
  ],
  "a drain that is no yes or no": [
    "POST /v1/executions/SORTER/drain",
    { body: { on: "yes" } },
    400,
    "/on",
  ],
  "a stop without a filter": ["POST /v1/executions/stop", { body: {} }, 400, ""],
  "a stop of not all": ["POST /v1/executions/stop", { body: { all: false } }, 400, "/all"],
  "a stop by a broken label": [
    "POST /v1/executions/stop",
    { body: { labels: ["x"] } },
    400,
    "/labels/0",
  ],
  "an upload as JSON": ["POST /v1/uploads", { body: {} }, 415],
  "an upload with a name of two lines": [
    "POST /v1/uploads?name=a%0Ab",
    { raw: "x", type: "application/octet-stream" },
    400,
    "/query/name",
  ],
};

const INFO = "GET /v1/info";
const bearer = (authorization: string): Ask => ({ token: null, headers: { authorization } });
export const tokens: Cases = {
  "no token": [INFO, { token: null }, 401],
  "an empty header": [INFO, bearer(""), 401],
  "a scheme without token": [INFO, bearer("Bearer"), 401],
  "another scheme": [INFO, bearer("Basic YWRhOmFkYQ=="), 401],
  "a token without scheme": [INFO, bearer(`zoe_${"x".repeat(43)}`), 401],
  "two tokens": [INFO, bearer(`Bearer zoe_${"x".repeat(43)}, Bearer zoe_${"y".repeat(43)}`), 401],
  "a token too short": [INFO, { token: "zoe_short" }, 401],
  "a token too long": [INFO, { token: `zoe_${"x".repeat(5000)}` }, 401],
  "a token of another make": [INFO, { token: "ghp_0123456789" }, 401],
  "a token named as a property": [INFO, { token: "__proto__" }, 401],
};
