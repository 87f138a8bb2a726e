// Where no Node 24 comes with the packages, every first command says in one sentence what to do: under an older Node, in a copy without one.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";

/** As an older Node tells of itself. */
const OLDER = `data:text/javascript,${encodeURIComponent(
  'Object.defineProperty(process, "version", { value: "v20.20.2" }); Object.defineProperty(process, "versions", { value: { node: "20.20.2" } });',
)}`;
const DOORS = ["install.mjs", "cli/zoe.mjs", "zapps/document-classifier/zoe-classifier.mjs"];

const folder = mkdtempSync(join(tmpdir(), "zoe-older-"));
afterAll(() => rmSync(folder, { recursive: true }));
for (const file of [...DOORS, "package.json", "package-lock.json"]) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  cpSync(file, join(folder, file));
}
mkdirSync(join(folder, "node_modules/commander"), { recursive: true });
writeFileSync(join(folder, "node_modules/.package-lock.json"), "{}");

const runOlder = (door: string) =>
  spawnSync(process.execPath, ["--import", OLDER, door], { cwd: folder, encoding: "utf8" });

test.each(DOORS)("%s says in one sentence that Node 24 is needed", (door) => {
  const { status, stdout, stderr } = runOlder(door);
  expect(stderr).toMatch(/^[^\n]* needs Node 24 or later; this is v20\.20\.2, .*Node 24.*\n$/);
  expect(stdout).toBe("");
  expect(status).not.toBe(0);
});

test("every script of package.json runs install.mjs first", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const names = Object.keys(scripts).filter((name) => !name.startsWith("pre"));
  const unready = names.filter((name) => Reflect.get(scripts, `pre${name}`) !== "node install.mjs");
  expect(unready).toEqual([]);
});
