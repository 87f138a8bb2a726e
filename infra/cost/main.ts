// `npm run cost [-- --json]`: what a stack costs while idle, item by item, and what given workloads cost. It asks nobody.
import { parseArgs } from "node:util";
import { Code } from "aws-cdk-lib/aws-lambda";
import { inPassing } from "#infra/app.ts";
import { ZoeStack } from "#infra/stack.ts";
import { readStage } from "#infra/stage.ts";
import { idleBill, type TemplateJson } from "./idle.ts";
import { asJson, tell } from "./tell.ts";
import { workloads } from "./workloads.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });

/** Bundles change no price. */
function template(): TemplateJson {
  const stage = readStage();
  const code = () => Code.fromInline("exports.handler = () => {}");
  return inPassing((app) => {
    new ZoeStack(app, stage.name, { stage, code });
    return app.synth().getStackByName(stage.name).template as TemplateJson;
  });
}

const idle = idleBill(template());
console.log(
  values.json ? JSON.stringify(asJson(idle, workloads()), undefined, 2) : tell(idle, workloads()),
);
