import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseYaml } from "#functions/api/yaml.ts";
import { expandForInstance } from "#shared/zapp/instance.ts";
import { readZapp } from "#shared/zapp/read.ts";
import { validateZapp } from "#shared/zapp/validate.ts";
import { Zapp } from "#shared/zapp.ts";
import { setting } from "./a-zapp.ts";

const folder = "docs/guides/zapps/";
const guides = readdirSync(folder).map(
  (file) => parseYaml(readFileSync(folder + file, "utf8")).value,
);

/** Values that are wrong in most places and right in some. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    0,
    -1,
    5,
    1.5,
    true,
    "",
    "x",
    "20s",
    "1GiB",
    "5%",
    "${workers}",
    "${sweep.energy}",
    "${",
    "$${x}",
    "auto",
    "__proto__",
    [],
    {},
  ),
  fc.constantFrom<unknown>(
    ["a", 1],
    [{ x: 1 }],
    { a: [1, 2] },
    { __proto__: null, constructor: "x" },
    "${address:spark-master}",
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** The document with one of its nodes, chosen by the path of numbers, replaced. */
function bend(node: unknown, path: readonly number[], replacement: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined || typeof node !== "object" || node === null) return replacement;
  const keys = Object.keys(node);
  const key = keys[first % Math.max(1, keys.length)];
  if (key === undefined) return replacement;
  const copy = structuredClone(node) as Record<string, unknown>;
  copy[key] = bend(copy[key], rest, replacement);
  return copy;
}

const path = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 5 });
const bends = fc.array(fc.tuple(path, value), { minLength: 1, maxLength: 3 });
const bent = fc
  .tuple(fc.constantFrom(...guides), bends)
  .map(([guide, all]) =>
    all.reduce((document, [steps, replacement]) => bend(document, steps, replacement), guide),
  );

/** Whether the pointer leads to something that was sent, or to what is missing in something that was. */
function leadsSomewhere(document: unknown, pointer: string): boolean {
  const steps = pointer
    .split("/")
    .slice(1, -1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const parent = steps.reduce<unknown>(
    (at, step) => (at as Record<string, unknown> | undefined)?.[step],
    document,
  );
  return pointer === "" || (typeof parent === "object" && parent !== null);
}

test("whatever is sent is answered with faults that point into it, or accepted", () => {
  fc.assert(
    fc.property(fc.oneof(bent, fc.jsonValue()), (document) => {
      const { faults, warnings, zapp } = validateZapp(document);
      expect(zapp === undefined).toBe(faults.length > 0);
      const lost = [...faults, ...warnings].filter(
        ({ pointer }) => !leadsSomewhere(document, pointer),
      );
      expect(lost).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test("what is accepted can be expanded, stored, and started", () => {
  const parameters = { scan: "head", "archive-key": "x", "cross-sections": "tables" };
  let accepted = 0;
  fc.assert(
    fc.property(bent, (document) => {
      const declared = Object.keys((document as { parameters?: object }).parameters ?? {});
      const given = Object.fromEntries(
        Object.entries(parameters).filter(([name]) => declared.includes(name)),
      );
      const { zapp } = readZapp(document, { ...setting, parameters: given });
      if (zapp === undefined) return;
      accepted += 1;
      expect(Zapp.parse(JSON.parse(JSON.stringify(zapp)))).toEqual(zapp);
      const addresses = Object.fromEntries(zapp.services.map(({ name }) => [name, "10.0.0.1"]));
      for (const service of zapp.services) expandForInstance(service, { index: 0, addresses });
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(5);
});
