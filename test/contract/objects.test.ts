// The objects' contract over every body of it.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileObjects } from "#local/objects/file-objects.ts";
import { memoryObjects } from "#local/objects/memory-objects.ts";
import { objectsContract } from "./objects.ts";

async function files() {
  const folder = mkdtempSync(join(tmpdir(), "zoe-objects-"));
  const objects = await fileObjects(folder, { newId: randomUUID });
  return { objects, close: async () => rmSync(folder, { recursive: true }) };
}

async function memory() {
  return { objects: memoryObjects({ now: Date.now }), close: async () => {} };
}

objectsContract("files", files);
objectsContract("memory", memory);

test.each([files, memory])("locally no key is the folder of another: %o", async (open) => {
  const { objects, close } = await open();
  await objects.put("a/b", new Uint8Array(1));
  await expect(objects.put("a/b/c", new Uint8Array(1))).rejects.toMatchObject({ code: "conflict" });
  await expect(objects.put("a", new Uint8Array(1))).rejects.toMatchObject({ code: "conflict" });
  expect((await objects.list("", { limit: 10 })).objects.map(({ key }) => key)).toEqual(["a/b"]);
  await close();
});
