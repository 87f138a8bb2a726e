// Folders that programs left become objects: whole, private, and never pointing outside.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { Objects } from "#functions/objects.ts";
import { fileObjects } from "#local/objects/file-objects.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function open() {
  const root = temporaryFolder();
  const objects = await fileObjects(join(root, "kept"), { newId: randomUUID });
  const out = join(root, "out");
  return { root, objects, out };
}

function fill(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

async function contentsOf(objects: Objects, prefix = ""): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const { key } of (await objects.list(prefix, { limit: 1000 })).objects)
    contents[key] = Buffer.from((await (await objects.get(key))?.bytes()) ?? "").toString();
  return contents;
}

test("every file of the folder is an object under the prefix; the folder is gone", async () => {
  const { objects, out } = await open();
  fill(out, { "a.txt": "A", "deep/er/b.txt": "B", "deep/c ü.txt": "C" });
  mkdirSync(join(out, "empty"));
  expect(await objects.adopt(out, "executions/1/files")).toEqual([]);
  expect(await contentsOf(objects)).toEqual({
    "executions/1/files/a.txt": "A",
    "executions/1/files/deep/er/b.txt": "B",
    "executions/1/files/deep/c ü.txt": "C",
  });
  expect(existsSync(out)).toBe(false);
});

test("links, pipes and sockets are dropped and named; what they point to stays", async () => {
  const { root, objects, out } = await open();
  fill(root, { "secret.txt": "secret", "outside/file": "mine" });
  fill(out, { "good.txt": "good" });
  symlinkSync(join(root, "secret.txt"), join(out, "to-file"));
  symlinkSync(join(root, "outside"), join(out, "to-folder"));
  symlinkSync("nowhere", join(out, "dangling"));
  execFileSync("mkfifo", [join(out, "pipe")]);
  const dropped = await objects.adopt(out, "p");
  expect([...dropped].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: "dangling", reason: "it is a symbolic link" },
    { path: "pipe", reason: "it is no plain file" },
    { path: "to-file", reason: "it is a symbolic link" },
    { path: "to-folder", reason: "it is a symbolic link" },
  ]);
  expect(await contentsOf(objects)).toEqual({ "p/good.txt": "good" });
  expect(readdirSync(join(root, "outside"))).toEqual(["file"]);
});

test("a folder that is itself a link brings nothing in", async () => {
  const { root, objects, out } = await open();
  fill(join(root, "outside"), { file: "mine" });
  symlinkSync(join(root, "outside"), out);
  expect(await objects.adopt(out, "p")).toEqual([]);
  expect(await contentsOf(objects)).toEqual({});
  expect(readdirSync(join(root, "outside"))).toEqual(["file"]);
});

test("files come beside those that are there, and replace those of the same name", async () => {
  const { objects, out } = await open();
  await objects.put("p/there.txt", Buffer.from("there"));
  await objects.put("p/same.txt", Buffer.from("old"));
  fill(out, { "same.txt": "new", "deep/more.txt": "more" });
  expect(await objects.adopt(out, "p")).toEqual([]);
  fill(out, { "deep/again.txt": "again" });
  expect(await objects.adopt(out, "p")).toEqual([]);
  expect(await contentsOf(objects)).toEqual({
    "p/deep/again.txt": "again",
    "p/deep/more.txt": "more",
    "p/same.txt": "new",
    "p/there.txt": "there",
  });
});

test("a file in the way of a folder stays; what could not come is named", async () => {
  const { objects, out } = await open();
  await objects.put("p/name", Buffer.from("file"));
  fill(out, { "name/inner.txt": "inner", "other.txt": "other" });
  expect(await objects.adopt(out, "p")).toEqual([
    { path: "name/inner.txt", reason: expect.stringContaining("can't be kept") },
  ]);
  expect(await contentsOf(objects)).toEqual({ "p/name": "file", "p/other.txt": "other" });
});

test("adopting again what is gone is fine, as after a crash", async () => {
  const { objects, out } = await open();
  fill(out, { "a.txt": "A" });
  await objects.adopt(out, "p");
  expect(await objects.adopt(out, "p")).toEqual([]);
  expect(await contentsOf(objects)).toEqual({ "p/a.txt": "A" });
});

test("names that are not UTF-8 are mended, and none is lost", async () => {
  const { objects, out } = await open();
  mkdirSync(out);
  for (const byte of [0xe9, 0xe8])
    writeFileSync(
      Buffer.concat([Buffer.from(`${out}/donn`), Buffer.from([byte]), Buffer.from("es")]),
      String(byte),
    );
  expect(await objects.adopt(out, "p")).toEqual([]);
  const contents = await contentsOf(objects);
  expect(Object.keys(contents)).toEqual(["p/donn\ufffdes", "p/donn\ufffdes~1"]);
  expect(Object.values(contents).sort()).toEqual(["232", "233"]);
});

test("files and folders without rights can be read and deleted afterwards", async () => {
  const { root, objects, out } = await open();
  fill(out, { "locked/file": "x" });
  chmodSync(join(out, "locked/file"), 0o000);
  chmodSync(join(out, "locked"), 0o000);
  await objects.adopt(out, "p");
  expect(await contentsOf(objects)).toEqual({ "p/locked/file": "x" });
  const modeOf = (path: string) => statSync(join(root, "kept/objects/p", path)).mode & 0o777;
  expect([modeOf("locked"), modeOf("locked/file")]).toEqual([0o700, 0o600]);
  expect(await objects.delete("p/")).toBe(1);
});

test("keys that would be too long are dropped and named", async () => {
  const { objects, out } = await open();
  const long = Array.from({ length: 5 }, () => "x".repeat(200)).join("/");
  fill(out, { [`${long}/${"y".repeat(100)}`]: "far", near: "near" });
  const dropped = await objects.adopt(out, "p");
  expect(dropped).toMatchObject([{ reason: expect.stringContaining("longer than 1024 bytes") }]);
  expect(await contentsOf(objects)).toEqual({ "p/near": "near" });
});

test("a prefix that leads outside is refused", async () => {
  const { objects, out } = await open();
  fill(out, { "a.txt": "A" });
  await expect(objects.adopt(out, "../elsewhere")).rejects.toThrow(/can't name an object/);
  expect(readdirSync(out)).toEqual(["a.txt"]);
});

test("what a crash left unfinished is gone after the next start", async () => {
  const { root, objects } = await open();
  await objects.put("a", Buffer.from("A"));
  fill(join(root, "kept", "unfinished"), { half: "ha" });
  const again = await fileObjects(join(root, "kept"), { newId: randomUUID });
  expect(readdirSync(join(root, "kept", "unfinished"))).toEqual([]);
  expect(await contentsOf(again)).toEqual({ a: "A" });
});

test("a folder that a crash left empty is in nobody's way", async () => {
  const { root, objects } = await open();
  mkdirSync(join(root, "kept/objects/p/name"), { recursive: true });
  await objects.put("p/name", Buffer.from("file"));
  expect(await contentsOf(objects)).toEqual({ "p/name": "file" });
});
