// `npm run synth`: from the environment and the tree to a template in cdk.out. It asks no account and builds no image; `npm run deploy` does (account/deploy.ts).
import { newApp } from "./app.ts";
import { bundledCode } from "./bundle.ts";
import { judge } from "./nag.ts";
import { ZoeStack } from "./stack.ts";
import { readStage } from "./stage.ts";

const stage = readStage();
const { code, remove } = await bundledCode();
try {
  const app = newApp();
  new ZoeStack(app, stage.name, { stage, code, description: "Zoe" });
  judge(app, stage.isClinical);
  app.synth();
} finally {
  remove();
}
