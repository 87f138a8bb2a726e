// Inputs, before the program: files of the description, uploads and objects of the bucket, downloads that go on where they broke off.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, rename, stat, writeFile } from "node:fs/promises";
import { basename, dirname, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { tenantPrefix } from "#shared/aws-names.ts";
import { FOLDERS } from "#shared/container-group.ts";
import { type Instance, stageOf } from "./instance.ts";
import { inside, type SidecarWorld } from "./world.ts";

const TRIES = 6;
const DOWNLOAD_MS = 3_600_000;
const READ_ONLY = 0o444;
const READ_ONLY_PROGRAM = 0o555;

export async function stageIn(world: SidecarWorld, instance: Instance): Promise<void> {
  const { inputs, files } = stageOf(instance);
  const work = inside(world, FOLDERS.work);
  for (const { from, to } of inputs) {
    const target = await placeIn(work, to.endsWith("/") ? to + nameOf(from) : to);
    await fetchInput(world, instance, from, target);
    await chmod(target, READ_ONLY);
  }
  for (const [path, text] of Object.entries(files)) {
    const target = await placeIn(work, path);
    await writeFile(target, text);
    await chmod(target, text.startsWith("#!") ? READ_ONLY_PROGRAM : READ_ONLY);
  }
}

async function placeIn(work: string, path: string): Promise<string> {
  const target = resolve(work, path);
  if (!target.startsWith(work + sep)) throw new Error(`${path} leads out of the work folder.`);
  await mkdir(dirname(target), { recursive: true });
  return target;
}

function nameOf(from: string): string {
  const path = URL.canParse(from) ? decodeURIComponent(new URL(from).pathname) : from;
  return basename(path) || "input";
}

/** What is there whole has its name; until then it is a part, from whose end a next try goes on. */
async function fetchInput(world: SidecarWorld, instance: Instance, from: string, target: string) {
  const part = `${target}.part`;
  for (let tries = 1; ; tries++) {
    try {
      await fetchRest(world, instance, from, part);
      await checkSum(from, part);
      return await rename(part, target);
    } catch (error) {
      if (tries === TRIES || error instanceof NeverThere)
        throw new Error(`The input ${from} can't be read.`, { cause: error });
      world.log.warn("A download broke off; it goes on.", { from, tries, error });
      await world.pause(1000 * 2 ** tries);
    }
  }
}

/** Trying again would not help. */
class NeverThere extends Error {}

async function fetchRest(world: SidecarWorld, instance: Instance, from: string, part: string) {
  const has = await stat(part).then(
    ({ size }) => size,
    () => 0,
  );
  const isAddress = from.includes("://") && URL.canParse(from);
  const { protocol = "" } = isAddress ? new URL(from) : {};
  if (protocol === "https:" || protocol === "http:") return download(world, from, part, has);
  if (protocol !== "") throw new NeverThere(`Inputs are uploads and https addresses, not ${from}.`);
  const key = `${tenantPrefix(instance.spec.tenant)}uploads/${from.replace(/^upload:/, "")}`;
  const found = await world.objects.get(key, { from: has }).catch(explain);
  if (!found) throw new NeverThere(`${from} is no upload of this tenant.`);
  if (has > 0 && has >= found.size) return found.stream.cancel();
  await append(Readable.fromWeb(found.stream), part, has);
}

/** S3 says no more to who may not list; a role that is young may be refused too. */
function explain(error: unknown): never {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  if ($metadata?.httpStatusCode !== 403) throw error;
  throw new Error("There is no such upload, or its role may not read it.", { cause: error });
}

async function download(world: SidecarWorld, from: string, part: string, has: number) {
  const response = await world.fetch(from, {
    headers: has > 0 ? { range: `bytes=${has}-` } : {},
    signal: AbortSignal.timeout(DOWNLOAD_MS),
  });
  // All of it was there already.
  if (response.status === 416) return;
  if (response.status === 404 || response.status === 403)
    throw new NeverThere(`The server answers ${response.status}.`);
  if (!response.ok || !response.body) throw new Error(`The server answers ${response.status}.`);
  await append(Readable.fromWeb(response.body), part, response.status === 206 ? has : 0);
}

async function append(content: Readable, part: string, has: number): Promise<void> {
  await pipeline(content, createWriteStream(part, { flags: has > 0 ? "a" : "w" }));
}

/** `#sha256=` at the end of an address says what must come. */
async function checkSum(from: string, part: string): Promise<void> {
  const wanted = /#sha256=([0-9a-f]{64})$/i.exec(from)?.[1]?.toLowerCase();
  if (wanted === undefined) return;
  const hash = createHash("sha256");
  await pipeline(createReadStream(part), hash);
  const came = hash.digest("hex");
  if (came !== wanted) throw new NeverThere(`Its SHA-256 is ${came}, not ${wanted}.`);
}
