// Outputs, after the program: what lies in its output folder, and what its description names, into the bucket or to an address.
import { createReadStream } from "node:fs";
import { glob, lstat, readFile } from "node:fs/promises";
import { basename, relative, resolve } from "node:path";
import { Readable } from "node:stream";
import { filesPrefix } from "#functions/files.ts";
import { tenantPrefix } from "#shared/aws-names.ts";
import { FOLDERS } from "#shared/container-group.ts";
import { type Instance, nameOf, stageOf } from "./instance.ts";
import { inside, type SidecarWorld } from "./world.ts";

const TRIES = 6;

/** What is sent already is not sent again, whatever fails after it. */
export async function stageOut(
  world: SidecarWorld,
  instance: Instance,
  succeeded: boolean,
): Promise<void> {
  const { executionId, service, tenant } = instance.spec;
  const kept = `${tenantPrefix(tenant)}${filesPrefix(executionId)}`;
  const folders = [inside(world, FOLDERS.work), inside(world, FOLDERS.out)];
  const results = new Set<string>();
  for (const { path, to } of succeeded ? stageOf(instance).outputs : []) {
    const files = (await Promise.all(folders.map((folder) => filesOf(folder, path)))).flat();
    if (files.length === 0) world.log.warn("No output matches.", { path });
    for (const file of files)
      if (to === "results") {
        await send(world, file, `${kept}/results/${basename(file)}`);
        results.add(file);
      } else await sendTo(world, file, to);
  }
  const out = inside(world, FOLDERS.out);
  const own = `${kept}/${service}/${nameOf(instance)}`;
  for (const file of await filesOf(out, "**"))
    if (!results.has(file)) await send(world, file, `${own}/${relative(out, file)}`);
}

async function filesOf(folder: string, pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob(pattern, { cwd: folder })) {
    const file = resolve(folder, path);
    // No link of a program leads out of its folder.
    const isPlain = file.startsWith(folder) && (await lstat(file)).isFile();
    if (isPlain) found.push(file);
  }
  return found.sort();
}

async function send(world: SidecarWorld, file: string, key: string): Promise<void> {
  await patiently(world, file, async () => {
    await world.objects.put(
      key,
      Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>,
    );
  });
}

/** A folder elsewhere takes files by PUT. */
async function sendTo(world: SidecarWorld, file: string, to: string): Promise<void> {
  const address = to.endsWith("/") ? to + encodeURIComponent(basename(file)) : to;
  await patiently(world, file, async () => {
    const response = await world.fetch(address, { method: "PUT", body: await readFile(file) });
    if (!response.ok) throw new Error(`The server answers ${response.status}.`);
  });
}

async function patiently(world: SidecarWorld, file: string, act: () => Promise<void>) {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries === TRIES) throw new Error(`${basename(file)} can't be kept.`, { cause: error });
      world.log.warn("An output could not be sent; it is tried again.", { file, tries, error });
      await world.pause(1000 * 2 ** tries);
    }
  }
}
