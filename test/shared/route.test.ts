// Routes as a table: what a result becomes. With the queues together they are tested in test/contract/task-queue/routes.ts.
import { describe, expect, test } from "vitest";
import { childId, hash128, routed, valueAt } from "#shared/route.ts";
import type { Route } from "#shared/zapp.ts";

const parent = {
  queue: "documents",
  task: "a",
  input: '{"text":"x"}',
  output: '{"topic":"Physics"}',
};
const aRoute = (bent: Partial<Route>): Route => ({
  ...{ from: "documents", by: "/topic", to: { Physics: "physics" } },
  ...{ otherwise: { kind: "deadLetter" }, task: "result" },
  ...bent,
});

function queuesOf(routes: readonly Route[], output: unknown): readonly string[] | string {
  const made = routed({ ...parent, output: JSON.stringify(output) }, routes);
  return made.kind === "deadLetter" ? made.error : made.children.map(({ queue }) => queue);
}

describe("a result goes", () => {
  const all: Route["otherwise"] = { kind: "queue", queue: "rest" };
  test.each(
    Object.entries({
      "where its value says": [[aRoute({})], { topic: "Physics" }, ["physics"]],
      "by a number or a truth too": [
        [aRoute({ to: { "1": "one", true: "yes" } })],
        { topic: 1 },
        ["one"],
      ],
      "nowhere, where nothing is routed": [[], { topic: "Physics" }, []],
      "to else, when its value has no queue": [
        [aRoute({ otherwise: all })],
        { topic: "Poetry" },
        ["rest"],
      ],
      "to else, when it has no value": [[aRoute({ otherwise: all })], null, ["rest"]],
      "to else, when its value is a list": [
        [aRoute({ otherwise: all })],
        { topic: ["Physics"] },
        ["rest"],
      ],
      "to else, when its value is called like a method": [
        [aRoute({ otherwise: all })],
        { topic: "toString" },
        ["rest"],
      ],
      "to else, without a pointer": [[aRoute({ by: undefined, otherwise: all })], 7, ["rest"]],
      "nowhere, when else drops it": [
        [aRoute({ otherwise: { kind: "drop" } })],
        { topic: "Poetry" },
        [],
      ],
      "once by each route": [
        [aRoute({}), aRoute({ otherwise: all })],
        { topic: "Physics" },
        ["physics", "physics"],
      ],
    } satisfies Record<string, [Route[], unknown, string[]]>),
  )("%s", (_, [routes, output, queues]) => {
    expect(queuesOf(routes, output)).toEqual(queues);
  });
});

test("one route without an answer makes the whole task a dead letter that names what came and what is known", () => {
  const error = queuesOf([aRoute({}), aRoute({ by: "/area" })], { topic: "Physics" });
  expect(error).toContain("/area");
  expect(error).toContain("Physics");
});

test("a merge lays the result over the input, where both are objects", () => {
  const bodyOf = (input: unknown, output: unknown) => {
    const texts = { input: JSON.stringify(input), output: JSON.stringify(output) };
    const made = routed({ ...parent, ...texts }, [
      aRoute({ by: undefined, task: "merge", otherwise: { kind: "queue", queue: "q" } }),
    ]);
    return made.kind === "children" ? JSON.parse(made.children[0]?.payload ?? "") : made;
  };
  expect(bodyOf({ a: 1, b: 1 }, { b: 2 })).toEqual({ a: 1, b: 2 });
  expect(bodyOf([1], { b: 2 })).toEqual({ b: 2 });
  expect(bodyOf({ a: 1 }, "text")).toBe("text");
});

test("a child's id depends on parent, route and target alone", () => {
  const id = childId(parent, 0, "physics");
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(childId({ queue: "documents", task: "a" }, 0, "physics")).toBe(id);
  const others = [
    childId(parent, 1, "physics"),
    childId(parent, 0, "biology"),
    childId({ ...parent, task: "b" }, 0, "physics"),
  ];
  expect(new Set([id, ...others]).size).toBe(4);
});

test("100,000 ids that differ in a digit have 100,000 hashes", () => {
  const hashes = Array.from({ length: 100_000 }, (_, n) => hash128(`task-${n}`));
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("a pointer finds what lies at it, and nothing that is inherited", () => {
  const value = { list: [{ "a/b": 1 }], empty: null };
  expect(valueAt(value, "/list/0/a~1b")).toBe(1);
  expect(valueAt(value, "")).toBe(value);
  expect(valueAt(value, "/empty/x")).toBeUndefined();
  expect(valueAt(value, "/toString")).toBeUndefined();
});
