// Secrets of this host: a file each, readable by its owner only, outside the database so that no backup holds them.
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Secrets } from "#functions/world.ts";
import { VisibleError } from "#shared/fault.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const MOST_BYTES = 64 * 1024;

export function fileSecrets(folder: string): Secrets {
  const folderOf = (tenant: string) => join(folder, checked("tenant", tenant));
  const fileOf = (tenant: string, name: string) => join(folderOf(tenant), checked("secret", name));
  return {
    async put(tenant, name, value) {
      if (Buffer.byteLength(value) > MOST_BYTES) {
        throw new VisibleError("tooLarge", `A secret has at most ${MOST_BYTES} bytes.`);
      }
      await mkdir(folderOf(tenant), { recursive: true, mode: 0o700 });
      const unfinished = `${fileOf(tenant, name)}~`;
      await writeFile(unfinished, value, { mode: 0o600 });
      await chmod(unfinished, 0o600);
      await rename(unfinished, fileOf(tenant, name));
    },
    async names(tenant) {
      const names = await readdir(folderOf(tenant)).catch(none<string[]>([]));
      return names.filter((name) => !name.endsWith("~") && !name.startsWith("exe_")).sort();
    },
    value: (tenant, name) =>
      readFile(fileOf(tenant, name), "utf8").catch(none<string | undefined>(undefined)),
    delete: (tenant, name) => rm(fileOf(tenant, name), { force: true }),
  };
}

function checked(what: string, name: string): string {
  if (NAME.test(name)) return name;
  const text = `The name of a ${what} has 1 to 128 letters, digits, dots, dashes and underscores; got ${JSON.stringify(name)}.`;
  throw new VisibleError("invalid", text);
}

function none<T>(answer: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === "ENOENT") return answer;
    throw error;
  };
}
