// `npm run destroy`: removes a stack with all that it made and holds, once its name is typed (or given with --yes NAME).
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { readStage } from "#infra/stage.ts";
import { accountClients } from "./clients.ts";
import { remove } from "./remove.ts";

const { values } = parseArgs({ options: { yes: { type: "string" } } });
const { name, isClinical } = readStage();
const clients = accountClients();

if (isClinical)
  throw new Error(
    "A clinical stack is not removed by one command: its data outlives it. docs/deploy.md says how.",
  );
const { Account } = await clients.sts.send(new GetCallerIdentityCommand({}));
const typed =
  values.yes ??
  (await ask(`Removes the stack ${name} of account ${Account} and all its data. Type its name: `));
if (typed.trim() !== name) throw new Error(`Nothing was removed: "${typed}" is not ${name}.`);
await remove(clients, name, console.log);

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
