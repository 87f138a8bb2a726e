// The stacks as the tests look at them, synthesized once: without bundles, which tests of their own look at.
import { Template } from "aws-cdk-lib/assertions";
import { Code } from "aws-cdk-lib/aws-lambda";
import { inPassing } from "#infra/app.ts";
import { ZoeStack } from "#infra/stack.ts";
import { readStage } from "#infra/stage.ts";

export type Environment = Readonly<Record<string, string>>;

const made = new Map<string, Template>();

/** Each kind of stack is made once. */
export function templateOf(environment: Environment = {}): Template {
  const name = JSON.stringify(environment);
  const template = made.get(name) ?? synthesize(environment);
  made.set(name, template);
  return template;
}

function synthesize(environment: Environment): Template {
  const stage = readStage(environment);
  const code = () => Code.fromInline("exports.handler = () => {}");
  return inPassing((app) => Template.fromStack(new ZoeStack(app, stage.name, { stage, code })));
}
