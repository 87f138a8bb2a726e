// `npm run deploy`: says what is missing before it begins, reads the account's quotas, builds and pushes images and stack, and makes the first token.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { baseImages, buildWords } from "#infra/images.ts";
import { readStage } from "#infra/stage.ts";
import { accountClients } from "./clients.ts";
import { type Finding, lookAtAccount, lookAtStack } from "./doctor.ts";
import { firstToken } from "./first-token.ts";
import { poolSizes } from "./quotas.ts";
import { findStack, outputsOf } from "./stacks.ts";
import { prepareRoles } from "./task-roles.ts";

const { values } = parseArgs({ options: { "require-approval": { type: "string" } } });
const stage = readStage();
const clients = accountClients();

const findings = [builder(), ...(await lookAtAccount(clients))];
for (const { what, isGood, detail } of findings)
  console.error(`${isGood ? "ok  " : "    "} ${what}: ${detail}`);
const needed = findings.filter(({ what, isGood }) => !isGood && what !== "quota");
if (needed.length > 0)
  throw new Error(`Nothing was deployed; first: ${needed.map(({ what }) => what).join(", ")}.`);

const tool = containerTool() ?? "docker";
for (const image of baseImages()) {
  const { status } = spawnSync(tool, buildWords(image), { stdio: "inherit" });
  if (status !== 0) throw new Error(`The image zoe/${image.name} could not be built.`);
}

const sizes = await poolSizes(clients.quotas);
const environment = { ...sizes, ...process.env, CDK_DOCKER: tool };
const words = ["deploy", stage.name, "--require-approval", values["require-approval"] ?? "never"];
const { status } = spawnSync("node_modules/.bin/cdk", words, {
  stdio: "inherit",
  env: environment,
});
if (status !== 0) throw new Error(`cdk deploy ended with code ${status}.`);

const outputs = outputsOf(await findStack(clients.stacks, stage.name));
const token = await firstToken(outputs.ControlTable ?? "");
const tenants = await prepareRoles(stage.name, outputs.ControlTable ?? "");
console.log(
  `roles: of ${tenants} ${tenants === 1 ? "tenant" : "tenants"}, ready for the catalogue`,
);
for (const { what, detail } of await lookAtStack(clients, stage.name))
  console.log(`${what}: ${detail}`);
if (token !== undefined)
  console.log(`\nThe first token, of an administrator; it is shown this once:\n\n  ${token}\n`);
console.log(`Type next:\n\n  npx zoe login ${outputs.Address}\n  npx zoe run hello`);

/** Docker, or Podman, which speaks the same words. */
function containerTool(): string | undefined {
  const { CDK_DOCKER } = process.env;
  const tools = CDK_DOCKER === undefined ? ["docker", "podman"] : [CDK_DOCKER];
  return tools.find((tool) => spawnSync(tool, ["info"], { stdio: "ignore" }).status === 0);
}

function builder(): Finding {
  const tool = containerTool();
  const detail = tool ?? "neither docker nor podman answers; one of them builds the images";
  return { what: "image builder", isGood: tool !== undefined, detail };
}
