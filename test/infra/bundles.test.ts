// What Lambda is given: each handler in one small file, with nothing of the other body, of the CDK or of tests inside.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Bundle, bundle, handlerPath } from "#infra/bundle.ts";
import { AWS_FUNCTIONS } from "#shared/aws-names.ts";

const MOST_BYTES = 1_000_000;
const FOREIGN =
  /^(local|infra|cli|web|test|bench|zapps)\/|aws-cdk|constructs|esbuild|dockerode|wink/;

const target = mkdtempSync(join(tmpdir(), "zoe-bundles-"));
afterAll(() => rmSync(target, { recursive: true, force: true }));
const bundles: readonly Bundle[] = await bundle(target, AWS_FUNCTIONS);

/** Those that have something wrong, by name. */
const offenders = (isWrong: (bundle: Bundle) => boolean) =>
  bundles.filter(isWrong).map(({ name, bytes }) => `${name} (${bytes} bytes)`);

test("each bundle is smaller than a megabyte", () => {
  expect(offenders(({ bytes }) => bytes >= MOST_BYTES)).toEqual([]);
});

test("no bundle has anything of another body, of the CDK or of tests inside", () => {
  const foreign = bundles.flatMap(({ inputs }) => inputs.filter((path) => FOREIGN.test(path)));
  expect(foreign).toEqual([]);
  expect(offenders(({ name, inputs }) => !inputs.includes(handlerPath(name)))).toEqual([]);
});

test("each has the catalogue's descriptions beside it, and no program", () => {
  const beside = ({ folder }: Bundle, file: string) =>
    existsSync(join(folder, "zapps/hello", file));
  expect(offenders((one) => !beside(one, "zapp.yaml") || beside(one, "hello.ts"))).toEqual([]);
});

test("a handler that is not there is named", async () => {
  const asked = bundle(target, ["nothing" as "api"]);
  await expect(asked).rejects.toThrow(/handlers\/nothing\.ts/);
});
