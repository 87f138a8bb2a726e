// cdk-nag over both kinds of stacks: no finding without a written reason, and no reason that nothing needs.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { App } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { describe, expect, test } from "vitest";
import { inPassing } from "#infra/app.ts";
import { acknowledge, judge, REASONS, type Reason } from "#infra/nag.ts";
import { ZoeStack } from "#infra/stack.ts";
import { readStage } from "#infra/stage.ts";

const KINDS = {
  "a stack": {},
  "a stack with every option": {
    ZOE_ALARM_EMAIL: "ops@example.org",
    ZOE_BUDGET_USD: "50",
    ZOE_DOMAIN: "zoe.example.org",
    ZOE_CERTIFICATE_ARN: "arn:aws:acm:us-east-1:111122223333:certificate/1",
  },
  "a clinical stack": {
    ZOE_STACK: "ward",
    ZOE_CLINICAL: "true",
    ZOE_ALARM_EMAIL: "ops@example.org",
  },
} as const;

function fill(app: App, environment: Readonly<Record<string, string>>): App {
  const stage = readStage(environment);
  new ZoeStack(app, stage.name, { stage, code: () => Code.fromInline("exports.handler = 1") });
  return app;
}

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly { readonly ruleName: string; readonly severity: string }[];
  }[];
}

/** What the packs still say, warnings too. */
function findings(app: App): readonly string[] {
  const { directory } = app.synth();
  const path = join(directory, "validation-report.json");
  if (!existsSync(path)) return [];
  const { pluginReports } = JSON.parse(readFileSync(path, "utf8")) as Report;
  return pluginReports.flatMap(({ pluginName, violations }) =>
    violations.map(({ ruleName }) => `${pluginName} ${ruleName}`),
  );
}

describe("cdk-nag", () => {
  for (const [kind, environment] of Object.entries(KINDS)) {
    test(`finds nothing in ${kind} that has no reason`, () => {
      const all = inPassing((app) => {
        judge(fill(app, environment), "ZOE_CLINICAL" in environment);
        return findings(app);
      });
      expect(all.filter((finding) => /AwsSolutions|HIPAA/.test(finding))).toEqual([]);
    });
  }

  test("needs each of the reasons", () => {
    const used = new Set<Reason>();
    for (const environment of Object.values(KINDS)) {
      const isClinical = "ZOE_CLINICAL" in environment;
      const needed = inPassing((app) => acknowledge(fill(app, environment), isClinical));
      for (const reason of needed) used.add(reason);
    }
    const left = REASONS.filter((reason) => !used.has(reason));
    expect(left.map(({ rule, path }) => `${rule} ${path ?? ""}`)).toEqual([]);
  });
});
