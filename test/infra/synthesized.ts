// The stacks as the tests look at them, synthesized once for each file of tests: without bundles, which tests of their own look at.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Code } from "aws-cdk-lib/aws-lambda";
import { afterAll } from "vitest";
import { newApp } from "#infra/app.ts";
import { ZoeStack } from "#infra/stack.ts";
import { readStage } from "#infra/stage.ts";

export type Environment = Readonly<Record<string, string>>;

const folder = mkdtempSync(join(tmpdir(), "zoe-templates-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Its template goes when the file of tests is done. */
export const testApp = (): App => newApp(mkdtempSync(join(folder, "app-")));

export function stackOf(environment: Environment = {}): ZoeStack {
  const stage = readStage(environment);
  const app = testApp();
  const code = () => Code.fromInline("exports.handler = () => {}");
  return new ZoeStack(app, stage.name, { stage, code });
}

const made = new Map<string, Template>();

/** Each kind of stack is made once. */
export function templateOf(environment: Environment = {}): Template {
  const name = JSON.stringify(environment);
  const template = made.get(name) ?? Template.fromStack(stackOf(environment));
  made.set(name, template);
  return template;
}
