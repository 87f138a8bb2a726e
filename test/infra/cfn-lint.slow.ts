// cfn-lint (PyPI) over the templates, by the schemas that CloudFormation publishes.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isInstalled } from "#test/installed.ts";
import { templateOf } from "./synthesized.ts";

const KINDS = {
  plain: {},
  everything: {
    ZOE_STACK: "ward",
    ZOE_CLINICAL: "true",
    ZOE_ALARM_EMAIL: "ops@example.org",
    ZOE_BUDGET_USD: "50",
    ZOE_DOMAIN: "zoe.example.org",
    ZOE_CERTIFICATE_ARN: "arn:aws:acm:us-east-1:111122223333:certificate/1",
    ZOE_ZONES: "3",
  },
};

const folder = mkdtempSync(join(tmpdir(), "zoe-lint-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function isThere(): boolean {
  const isHere = isInstalled("cfn-lint");
  if (!isHere) console.log("Skipped: there is no cfn-lint; `pip install cfn-lint` brings it.");
  return isHere;
}

/** Everything it says, but for two warnings that CDK's own resources bring: a dependency said twice. */
function complaints(template: unknown, name: string): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(template));
  try {
    return execFileSync("cfn-lint", ["--ignore-checks", "W3005", "--", path], { encoding: "utf8" });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout ?? error);
  }
}

test.skipIf(!isThere())("cfn-lint has nothing to say about any kind of stack", () => {
  for (const [name, environment] of Object.entries(KINDS)) {
    expect(complaints(templateOf(environment).toJSON(), name)).toBe("");
  }
});
