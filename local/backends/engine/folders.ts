// The folders that instances run in. A folder in which a program left nothing is used again by the next: making and removing files is what
// short programs cost most on some file systems (ext4 looks for a free inode among all that were removed lately).
import { readdirSync } from "node:fs";
import { chmod, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

export interface Folders {
  readonly root: string;
  readonly work: string;
  readonly home: string;
  readonly tmp: string;
  readonly out: string;
}

/** `made`: they are there, and empty. */
export interface Lent {
  readonly folders: Folders;
  readonly made: boolean;
}

export class FolderPool {
  readonly #root: string;
  readonly #inner: string;
  readonly #made: Folders[] = [];
  readonly #gone: Folders[] = [];
  readonly #old: readonly number[];
  #next: number;

  /** What lies there is of an earlier pool, and not lent before `removeOld`. `inner`: as in `foldersIn`. */
  constructor(root: string, inner = "") {
    this.#root = root;
    this.#inner = inner;
    this.#old = readdirSync(root).map(Number).filter(Number.isInteger);
    this.#next = Math.max(-1, ...this.#old) + 1;
  }

  take(): Lent {
    const made = this.#made.pop();
    if (made) return { folders: made, made: true };
    return { folders: this.#gone.pop() ?? this.#folders(this.#next++), made: false };
  }

  /** `clean`: as they were made. */
  async giveBack({ folders }: Lent, clean: boolean): Promise<void> {
    if (!clean) await removeFolder(folders.root);
    (clean ? this.#made : this.#gone).push(folders);
  }

  async removeOld(): Promise<void> {
    for (const number of this.#old)
      await this.giveBack({ folders: this.#folders(number), made: true }, false);
  }

  #folders(number: number): Folders {
    return foldersIn(join(this.#root, String(number)), this.#inner);
  }
}

/** `inner`: the folder in it that holds all that the program may reach, apart from its logs. */
export function foldersIn(root: string, inner = ""): Folders {
  return {
    root,
    work: join(root, inner, "work"),
    home: join(root, inner, "home"),
    tmp: join(root, inner, "tmp"),
    out: join(root, inner, "out"),
  };
}

/** Also where a program took away its own right to remove things. */
async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await makeWritable(path);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function makeWritable(path: string): Promise<void> {
  await chmod(path, 0o700).catch(() => {});
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await makeWritable(join(path, entry.name));
}
