// The state directory: one process at a time, private, and never somebody else's folder.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openStateDirectory } from "#local/state-directory.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const now = () => Date.UTC(2026, 0, 1);

test("the folder is made, and is the owner's alone", () => {
  const path = join(temporaryFolder(), "deep", "state");
  const state = openStateDirectory(path, { now });
  expect(state.file("a", "b")).toBe(join(path, "a", "b"));
  expect(statSync(path).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(path))
    expect([name, statSync(join(path, name)).mode & 0o777]).toEqual([name, 0o600]);
  state.release();
});

test("an empty folder that others could enter is closed to them", () => {
  const path = temporaryFolder();
  chmodSync(path, 0o755);
  openStateDirectory(path, { now }).release();
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test("a second start is refused, and told who holds it since when", () => {
  const path = temporaryFolder();
  const state = openStateDirectory(path, { now });
  expect(() => openStateDirectory(path, { now })).toThrow(
    `is in use by process ${process.pid} since 2026-01-01T00:00:00.000Z. Stop that one first`,
  );
  state.release();
  openStateDirectory(path, { now }).release();
});

test("a holder that was killed holds nothing any more", { timeout: 20_000 }, async () => {
  const path = temporaryFolder();
  const program = `
    const { openStateDirectory } = await import("#local/state-directory.ts");
    openStateDirectory(process.argv[1], { now: Date.now });
    process.stdout.write("held");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  expect(() => openStateDirectory(path, { now })).toThrow(`in use by process ${child.pid} since`);
  child.kill("SIGKILL");
  await exit;
  openStateDirectory(path, { now }).release();
});

test("a folder with other files is not taken", () => {
  const path = temporaryFolder();
  writeFileSync(join(path, "thesis.tex"), "mine");
  mkdirSync(join(path, "data"));
  expect(() => openStateDirectory(path, { now })).toThrow(/holds files that are not Zoe's/);
  expect(readdirSync(path).sort()).toEqual(["data", "thesis.tex"]);
});

test("a path that can't be a folder is told in plain words", () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  expect(() => openStateDirectory(join(file, "state"), { now })).toThrow(
    /can't be used: .*Mend that, or name another directory/,
  );
  expect(existsSync(join(file, "state"))).toBe(false);
});
