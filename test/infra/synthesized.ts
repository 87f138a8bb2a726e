// The stacks as the tests look at them, synthesized once for each file of tests: without bundles, which tests of their own look at.

import { Template } from "aws-cdk-lib/assertions";
import { Code } from "aws-cdk-lib/aws-lambda";
import { newApp } from "#infra/app.ts";
import { ZoeStack } from "#infra/stack.ts";
import { readStage } from "#infra/stage.ts";

export type Environment = Readonly<Record<string, string>>;

export function stackOf(environment: Environment = {}): ZoeStack {
  const stage = readStage(environment);
  const app = newApp();
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
