// What deploy builds before the stack's own images: those that others begin with, under the name that they are known by.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { baseImages, buildWords, catalogueImages } from "#infra/images.ts";
import { ROOT } from "#test/aws/story/settings.ts";

test("every image of ours that another begins with is built before it", () => {
  const begun = catalogueImages().flatMap(({ dockerfile }) => {
    const text = readFileSync(join(ROOT, "zapps", dockerfile), "utf8");
    return [...text.matchAll(/^FROM (zoe\/\S+)/gm)].map(([, name]) => name);
  });
  const tags = baseImages().map((image) => buildWords(image).at(-2));
  expect(tags).toEqual([...new Set(begun)]);
  expect(tags).toEqual(["zoe/openmpi"]);
});
