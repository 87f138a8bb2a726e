// What a stack says when it stands: its address, what `zoe doctor --aws` reads, and what to type next.
import { CfnOutput, type Stack } from "aws-cdk-lib";

export interface Outputs {
  readonly address: string;
  readonly cluster: string;
  readonly control: string;
  readonly work: string;
  readonly bucket: string;
  readonly dead: string;
  readonly subnets: string;
  readonly domainTarget?: string;
}

export function addOutputs(stack: Stack, outputs: Outputs): void {
  const say = (name: string, value: string, description: string) =>
    new CfnOutput(stack, name, { value, description });
  const { address } = outputs;
  say("Address", address, "The server: ZOE_SERVER, or zoe login");
  say(
    "Next",
    `npx zoe login ${address}`,
    "Type this next, with the token that the deployment printed",
  );
  say("Then", "npx zoe run hello", "A first execution");
  say(
    "Check",
    `npx zoe doctor --aws --stack ${stack.stackName}`,
    "Looks at account, quotas, stack",
  );
  say("Cluster", outputs.cluster, "Where tasks run");
  say("ControlTable", outputs.control, "Executions, placements, accounts");
  say("WorkTable", outputs.work, "Tasks and their outcomes");
  say("Bucket", outputs.bucket, "Inputs, outputs, finished logs");
  say("DeadLetters", outputs.dead, "Messages between functions that failed too often");
  say("Subnets", outputs.subnets, "Where instances get their addresses");
  if (outputs.domainTarget !== undefined)
    say("DomainTarget", outputs.domainTarget, "A CNAME record of your domain must name it");
}
