// Large texts as objects of the bucket.
import type { Objects } from "#functions/objects.ts";
import type { LargeTexts } from "./parts.ts";

export function objectTexts(objects: Pick<Objects, "get" | "put" | "delete">): LargeTexts {
  return {
    async put(key, text) {
      await objects.put(key, new TextEncoder().encode(text));
    },
    async get(key) {
      const found = await objects.get(key);
      if (!found) throw new Error(`The payloads at ${key} are gone from the bucket.`);
      return new TextDecoder().decode(await found.bytes());
    },
    async delete(prefix) {
      await objects.delete(prefix);
    },
  };
}
