// What CloudFormation says of our stacks: whether one stands, its outputs, its template.
import {
  type CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  type Stack,
  waitUntilStackDeleteComplete,
} from "@aws-sdk/client-cloudformation";

/** Every stack of ours says so. */
export const DESCRIPTION = "Zoe";
/** Made by `cdk bootstrap`, once an account and region: the bucket and the repository that a deployment goes through. */
export const BOOTSTRAP = "CDKToolkit";

export async function findStack(
  client: CloudFormationClient,
  StackName: string,
): Promise<Stack | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

export function outputsOf(stack: Stack | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
  );
}

/** Tags of the images that it was deployed with. */
export async function imageTags(
  client: CloudFormationClient,
  StackName: string,
): Promise<readonly string[]> {
  const { TemplateBody = "" } = await client.send(new GetTemplateCommand({ StackName }));
  const found = TemplateBody.matchAll(/container-assets-[^":]*:([0-9a-f]{64})/g);
  return [...new Set([...found].map(([, tag = ""]) => tag))];
}

/** Other stacks of ours here, which may run the same images. */
export async function otherStacks(
  client: CloudFormationClient,
  name: string,
): Promise<readonly string[]> {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
  return Stacks.filter(
    ({ StackName, Description }) => Description === DESCRIPTION && StackName !== name,
  ).map(({ StackName = "" }) => StackName);
}

const LONGEST_SECONDS = 1800;

export async function deleteStack(client: CloudFormationClient, StackName: string): Promise<void> {
  await client.send(new DeleteStackCommand({ StackName }));
  await waitUntilStackDeleteComplete({ client, maxWaitTime: LONGEST_SECONDS }, { StackName });
}
