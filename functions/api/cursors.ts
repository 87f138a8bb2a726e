// Cursors are opaque to callers: sealed with a key of this installation, and good only for the list they came from.

import type { World } from "#functions/world.ts";
import { VisibleError } from "#shared/fault.ts";

const KEY = { pk: "api", sk: "cursors" } as const;
const SEAL_BYTES = 12;

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

export interface Cursors {
  /** `list` names the list with its filters. */
  seal(list: string, inner: string | undefined): Promise<{ readonly cursor?: string }>;
  /** What `seal` was given for the same list; undefined for no cursor. */
  open(list: string, cursor: string | undefined): Promise<{ readonly cursor?: string }>;
}

export function newCursors(world: World): Cursors {
  let key: Promise<Key> | undefined;

  async function sealOf(list: string, inner: string): Promise<string> {
    key ??= keyOf(world);
    const signed = key.then((key) =>
      crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${list}\n${inner}`)),
    );
    // A store that fails now may answer at the next request.
    const seal = await signed.catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    return Buffer.from(seal).subarray(0, SEAL_BYTES).toString("base64url");
  }

  return {
    async seal(list, inner) {
      if (inner === undefined) return {};
      const body = Buffer.from(inner).toString("base64url");
      return { cursor: `${await sealOf(list, inner)}.${body}` };
    },
    async open(list, cursor) {
      if (cursor === undefined) return {};
      const [seal, body = ""] = cursor.split(".");
      const inner = Buffer.from(body, "base64url").toString();
      if (seal === (await sealOf(list, inner))) return { cursor: inner };
      const detail = "This cursor is none that Zoe gave for this list with these filters.";
      throw new VisibleError("invalid", detail, [{ pointer: "/query/cursor", detail }]);
    },
  };
}

async function keyOf(world: World): Promise<Key> {
  const fresh = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64");
  const put = { kind: "put", item: { ...KEY, value: { key: fresh } } } as const;
  await world.store.transact([{ ...put, condition: { absent: true } }]);
  const stored = await world.store.get(KEY);
  const bytes = Buffer.from(String(stored?.value.key), "base64");
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
}
