import { expect, test } from "vitest";
import { matchesImage, wholeImageName } from "#shared/image.ts";

const WHOLE = {
  node: "docker.io/library/node:latest",
  "node:24-slim": "docker.io/library/node:24-slim",
  "zoe/hello": "docker.io/zoe/hello:latest",
  "quay.io/lab/sim:2": "quay.io/lab/sim:2",
  "localhost:5000/sim": "localhost:5000/sim:latest",
  "localhost/sim": "localhost/sim:latest",
  "zoe/hello@sha256:abc": "docker.io/zoe/hello@sha256:abc",
};

for (const [name, whole] of Object.entries(WHOLE))
  test(`the image ${name} is ${whole}`, () => expect(wholeImageName(name)).toBe(whole));

const MATCHES: Record<string, readonly [pattern: string, image: string, matches: boolean]> = {
  "a star is anything": ["*", "evil.example/x:1", true],
  "a folder of a registry": ["docker.io/library/*", "debian:bookworm-slim", true],
  "another folder is not": ["docker.io/library/*", "zoe/hello", false],
  "a name without a tag takes any tag": ["debian", "debian:bookworm-slim", true],
  "and any digest": ["quay.io/lab/sim", "quay.io/lab/sim@sha256:abc", true],
  "a name with a tag takes that one": ["debian:12", "debian:13", false],
  "the default tag is like any other": ["debian:latest", "debian", true],
  "a dot is a dot": ["quay.io/*", "quayxio/lab/sim", false],
  "a pattern is the whole name": ["docker.io/zoe/hello", "evil.example/docker.io/zoe/hello", false],
  "a name is no beginning": ["docker.io/zoe/hello", "zoe/hello2", false],
  "a registry before the star": ["docker.io/*", "docker.io.evil.example/x", false],
};

for (const [name, [pattern, image, matches]] of Object.entries(MATCHES))
  test(`a pattern for images: ${name}`, () => expect(matchesImage(pattern, image)).toBe(matches));
