// docs/aws/contracts.md names each fact that moto gets wrong, and each suite that there is.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { STORE, TASK_QUEUES } from "#test/contract/moto-wrong.ts";

const page = readFileSync("docs/aws/contracts.md", "utf8");

test("what moto gets wrong stands on the page, and nothing else", () => {
  const rows = (suite: string, facts: Readonly<Record<string, string>>) =>
    Object.entries(facts).map(([fact, instead]) => `| ${suite} | ${fact} | ${instead} |`);
  const wanted = [
    ...rows("store", STORE.always),
    ...rows("store, at times", STORE.sometimes),
    ...rows("task queues", TASK_QUEUES.always),
    ...rows("task queues, at times", TASK_QUEUES.sometimes),
  ];
  const table = page.slice(page.indexOf("| suite | fact |")).split("\n\n")[0] ?? "";
  expect(table.split("\n").slice(2)).toEqual(wanted);
});

test("every suite that runs over moto is said to", () => {
  const names = readdirSync("test/contract").filter((name) => name.startsWith("moto"));
  const contracts = names.flatMap((name) =>
    [...readFileSync(`test/contract/${name}`, "utf8").matchAll(/(\w+)Contract\(/g)].map(
      ([, port]) => port,
    ),
  );
  expect([...new Set(contracts)].sort()).toEqual(["objects", "store", "taskQueue"]);
  for (const row of ["store", "objects", "task queues"])
    expect(page).toMatch(new RegExp(`^\\| ${row} \\|.*(DynamoDB|S3)[^|]*\\|$`, "m"));
});
