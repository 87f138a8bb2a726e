// The contract of the objects port: what each body must do to be one.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OBJECT_LIMITS, type Objects } from "#functions/objects.ts";

export interface ObjectsUnderTest {
  readonly objects: Objects;
  close(): Promise<void>;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = async (found: { bytes(): Promise<Uint8Array> } | undefined) =>
  found && new TextDecoder().decode(await found.bytes());

function streamOf(chunks: readonly string[], end?: Error): ReadableStream<Uint8Array> {
  const waiting = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const next = waiting.shift();
      if (next !== undefined) controller.enqueue(bytes(next));
      else if (end) controller.error(end);
      else controller.close();
    },
  });
}

/** No key of these is the folder of another: files end with a dot and a letter. */
const step = fc.constantFrom("a", "b", "a b", "a#", "ä", "\u{ffff}", "\u{1f600}", "-", "A");
const aKey = fc
  .tuple(fc.array(step, { maxLength: 3 }), step)
  .map(([folders, name]) => [...folders, `${name}.x`].join("/"));

export function objectsContract(name: string, open: () => Promise<ObjectsUnderTest>): void {
  describe(`${name}: objects`, () => {
    let body: ObjectsUnderTest;
    let objects: Objects;
    let runs = 0;
    beforeAll(async () => {
      body = await open();
      objects = body.objects;
    });
    afterAll(() => body.close());

    const aFolder = () => `test-${++runs}`;

    async function keysUnder(prefix: string, limit = 100): Promise<readonly string[]> {
      const keys: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await objects.list(prefix, { limit, cursor });
        expect(page.objects.length).toBeLessThanOrEqual(limit);
        keys.push(...page.objects.map(({ key }) => key));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return keys;
    }

    test("an object comes back as it was put, from bytes and from a stream", async () => {
      const folder = aFolder();
      const binary = Uint8Array.from({ length: 100_000 }, (_, n) => (n * 7) % 256);
      const stat = await objects.put(`${folder}/binary`, binary);
      expect(stat).toEqual({
        key: `${folder}/binary`,
        size: 100_000,
        modifiedAt: expect.any(Number),
      });
      expect(await (await objects.get(`${folder}/binary`))?.bytes()).toEqual(binary);
      await objects.put(`${folder}/text`, streamOf(["one ", "", "two"]));
      expect(await text(await objects.get(`${folder}/text`))).toBe("one two");
      await objects.put(`${folder}/empty`, new Uint8Array());
      expect(await text(await objects.get(`${folder}/empty`))).toBe("");
      expect(await objects.stat(`${folder}/empty`)).toMatchObject({ size: 0 });
    });

    test("the stream of an object can be read in pieces or given up", async () => {
      const key = `${aFolder()}/large`;
      await objects.put(key, new Uint8Array(1_000_000).fill(1));
      let sum = 0;
      for await (const chunk of (await objects.get(key))?.stream ?? []) sum += chunk.length;
      expect(sum).toBe(1_000_000);
      await (await objects.get(key))?.stream.cancel();
    });

    const ranges: Record<string, [from: number, to: number | undefined, expected: string]> = {
      "the beginning": [0, 2, "012"],
      "the middle": [3, 5, "345"],
      "one byte": [9, 9, "9"],
      "from somewhere on": [7, undefined, "789"],
      "beyond the end": [8, 100, "89"],
      "wholly beyond the end": [10, 20, ""],
    };
    test.each(Object.entries(ranges))("a range: %s", async (_, [from, to, expected]) => {
      const key = `${aFolder()}/digits`;
      await objects.put(key, bytes("0123456789"));
      const found = await objects.get(key, { from, to });
      expect(found?.size).toBe(10);
      expect(await text(found)).toBe(expected);
    });

    test.each([
      [-1, 2],
      [2, 1],
      [0.5, 1],
      [0, Number.NaN],
    ])("refuses the range %d to %d", async (from, to) => {
      const key = `${aFolder()}/digits`;
      await objects.put(key, bytes("0123456789"));
      await expect(objects.get(key, { from, to })).rejects.toThrow(/no range/);
    });

    test("what is not there is undefined, a folder included", async () => {
      const folder = aFolder();
      await objects.put(`${folder}/inner/file`, bytes("x"));
      for (const key of [`${folder}/none`, `${folder}/inner`, `${folder}/inner/file/deeper`]) {
        expect(await objects.get(key)).toBeUndefined();
        expect(await objects.stat(key)).toBeUndefined();
      }
    });

    test("a put replaces; a stream that breaks leaves what was there", async () => {
      const folder = aFolder();
      await objects.put(`${folder}/file`, bytes("first"));
      await objects.put(`${folder}/file`, bytes("second"));
      const broken = new Error("the line broke");
      await expect(objects.put(`${folder}/file`, streamOf(["thi"], broken))).rejects.toThrow();
      await expect(objects.put(`${folder}/new`, streamOf(["thi"], broken))).rejects.toThrow();
      expect(await text(await objects.get(`${folder}/file`))).toBe("second");
      expect(await keysUnder(folder)).toEqual([`${folder}/file`]);
    });

    test("of many puts of one key at once, one whole object remains", async () => {
      const key = `${aFolder()}/same`;
      const contents = Array.from({ length: 20 }, (_, n) => String(n).repeat(10_000));
      await Promise.all(contents.map((content) => objects.put(key, bytes(content))));
      expect(contents).toContain(await text(await objects.get(key)));
    });

    test("a list has the keys that begin so, in the order of their bytes, page by page; delete leaves the rest", async () => {
      const keys = fc.uniqueArray(aKey, { maxLength: 25 });
      const prefix = fc.oneof(fc.constantFrom("", "a", "a/", "a/b", "\u{ffff}"), aKey);
      const property = fc.asyncProperty(
        keys,
        prefix,
        fc.integer({ min: 1, max: 9 }),
        async (names, start, limit) => {
          const folder = `${aFolder()}/`;
          const all = names
            .map((one) => `${folder}${one}`)
            .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          const isMeant = (key: string) => key.startsWith(`${folder}${start}`);
          await Promise.all(all.map((key) => objects.put(key, bytes(key))));
          expect(await keysUnder(`${folder}${start}`, limit)).toEqual(all.filter(isMeant));
          expect(await objects.delete(`${folder}${start}`)).toBe(all.filter(isMeant).length);
          expect(await keysUnder(folder, limit)).toEqual(all.filter((key) => !isMeant(key)));
        },
      );
      await fc.assert(property, { numRuns: 40 });
    });

    test("the empty prefix lists everything", async () => {
      const key = `${aFolder()}/file`;
      await objects.put(key, bytes("x"));
      expect(await keysUnder("")).toContain(key);
    });

    test("a key may be used again for a folder once it is deleted, and the other way round", async () => {
      const folder = aFolder();
      await objects.put(`${folder}/a`, bytes("file"));
      await objects.delete(`${folder}/a`);
      await objects.put(`${folder}/a/b/c`, bytes("deeper"));
      await objects.delete(`${folder}/a/`);
      await objects.put(`${folder}/a`, bytes("file again"));
      expect(await keysUnder(folder)).toEqual([`${folder}/a`]);
    });

    const wrongKeys: Record<string, string> = {
      "the empty key": "",
      "a leading slash": "/etc/passwd",
      "a trailing slash": "a/",
      "an empty step": "a//b",
      "a step up": "a/../b",
      "a step up at the start": "../a",
      "a step up at the end": "a/..",
      "a dot": "a/./b",
      "a NUL": "a\0b",
      "half a character": "a\ud800",
      "a key over 1,024 bytes": Array.from({ length: 6 }, () => "x".repeat(200)).join("/"),
      "a step over 255 bytes": "x".repeat(256),
    };
    test.each(Object.entries(wrongKeys))("refuses %s", async (_, key) => {
      await expect(objects.put(key, bytes("x"))).rejects.toThrow(/can't name an object/);
      await expect(objects.get(key)).rejects.toThrow(/can't name an object/);
      await expect(objects.stat(key)).rejects.toThrow(/can't name an object/);
    });

    test.each(["/", "../", "a/../", "a//b", "\0"])("refuses the prefix %j", async (prefix) => {
      await expect(objects.list(prefix, { limit: 1 })).rejects.toThrow(/can't begin a key/);
      await expect(objects.delete(prefix)).rejects.toThrow(/can't begin a key/);
    });

    test("takes the longest key, and pages from 1 to 1,000", async () => {
      const steps = Array.from({ length: 4 }, (_, n) => String(n).repeat(255));
      const key = `${steps.join("/")}`.slice(0, OBJECT_LIMITS.keyBytes);
      await objects.put(key, bytes("x"));
      expect(await text(await objects.get(key))).toBe("x");
      await expect(objects.list("", { limit: 1000 })).resolves.toBeDefined();
      await expect(objects.list("", { limit: 0 })).rejects.toThrow();
      await expect(objects.list("", { limit: 1001 })).rejects.toThrow();
    });
  });
}
