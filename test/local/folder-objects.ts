// Objects as plain files in a folder: as much of them as the process engine needs.
import { openAsBlob } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { adopt } from "#local/objects/adopt.ts";

export function folderObjects(root: string) {
  return {
    adopt: (folder: string, prefix: string) => adopt({ folder, root, prefix }),
    async stat(key: string) {
      const found = await stat(join(root, key)).catch(() => undefined);
      return found && { key, size: found.size, modifiedAt: found.mtimeMs };
    },
    async get(key: string) {
      const found = await this.stat(key);
      if (!found) return undefined;
      const blob = await openAsBlob(join(root, key));
      return { ...found, stream: blob.stream(), bytes: () => blob.bytes() };
    },
    text: (key: string) => readFile(join(root, key), "utf8"),
    /** Keys in order. */
    async keys(): Promise<string[]> {
      const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
      const files = entries.filter((entry) => entry.isFile());
      return files.map((file) => join(file.parentPath, file.name).slice(root.length + 1)).sort();
    },
  };
}
