// Uploads files, each content once: what is the same, or was sent before, is not sent again.
import { createHash } from "node:crypto";
import { createReadStream, openAsBlob, statSync } from "node:fs";
import type { Session } from "#cli/cli.ts";
import { allAtOnce } from "#cli/pool.ts";
import { bar } from "#cli/show/bar.ts";
import { count } from "#cli/show/words.ts";

const AT_ONCE = 8;
/** An upload that goes sooner is made anew, so that no execution waits for what is forgotten. */
const LEAST_LEFT_MS = 35 * 86_400_000;
const MARK = "sha256:";
/** Beyond this the list of earlier uploads is not read for the sake of what it may save. */
const MOST_KNOWN = 20_000;

/** File -> id of its upload. */
export async function uploadAll(
  session: Session,
  files: readonly string[],
): Promise<Map<string, string>> {
  const { terminal, patient } = session;
  const hashes = new Map<string, string>();
  await allAtOnce(files, AT_ONCE, async (file) => {
    hashes.set(file, await hashOf(file));
  });
  const ids = await knownUploads(session);
  const wanted = new Map([...hashes].map(([file, hash]) => [hash, file]));
  const missing = [...wanted].filter(([hash]) => !ids.has(hash));
  let sent = 0;
  await allAtOnce(missing, AT_ONCE, async ([hash, file]) => {
    const { id } = await patient.upload({ content: await openAsBlob(file), name: MARK + hash });
    ids.set(hash, id);
    sent++;
    terminal.draw([
      `${bar(sent, missing.length, 30)}  ${sent} of ${count(missing.length, "file")} uploaded`,
    ]);
  });
  terminal.draw([]);
  if (missing.length > 1) terminal.note(`${count(missing.length, "file")} uploaded.`);
  return new Map([...hashes].map(([file, hash]) => [file, ids.get(hash) ?? ""]));
}

/** One's own only: what others call by a hash need not have it. */
async function knownUploads({ client }: Session): Promise<Map<string, string>> {
  const { you } = await client.info();
  const known = new Map<string, string>();
  let seen = 0;
  for await (const { id, name, user, expiresAt } of client.uploads()) {
    if (++seen > MOST_KNOWN) break;
    if (user !== you.user || name === undefined || !name.startsWith(MARK)) continue;
    if (expiresAt - Date.now() > LEAST_LEFT_MS) known.set(name.slice(MARK.length), id);
  }
  return known;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256").update(String(statSync(file).size));
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}
