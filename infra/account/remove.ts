// Removing a stack: what its functions made, what it holds, then itself. Safe to repeat: what is gone already is not missed.
import type { AccountClients } from "./clients.ts";
import { deleteImages, emptyBucket } from "./contents.ts";
import { REMOVALS } from "./left-behind.ts";
import { deleteStack, findStack, imageTags, otherStacks, outputsOf } from "./stacks.ts";

export type Tell = (line: string) => void;

export async function remove(clients: AccountClients, name: string, tell: Tell): Promise<void> {
  for (const [what, removal] of Object.entries(REMOVALS)) {
    const n = await removal(clients, name);
    if (n > 0) tell(`Removed ${n} ${what}.`);
  }
  const stack = await findStack(clients.stacks, name);
  if (stack === undefined) {
    tell(`There is no stack ${name} (any more) in this region.`);
    return;
  }
  await removeImages(clients, name, tell);
  const { Bucket } = outputsOf(stack);
  // A clinical stack's bucket and tables outlive it, with all that they hold.
  if (Bucket !== undefined && stack.EnableTerminationProtection !== true)
    tell(`Removed ${await emptyBucket(clients, Bucket)} objects.`);
  tell(`Removing the stack ${name}; this takes some minutes.`);
  await deleteStack(clients.stacks, name);
  tell(`${name} is gone.`);
}

async function removeImages(clients: AccountClients, name: string, tell: Tell): Promise<void> {
  const others = await otherStacks(clients.stacks, name);
  if (others.length > 0) return tell(`Kept the images, which ${others.join(", ")} may run too.`);
  const tags = await imageTags(clients.stacks, name);
  tell(`Removed ${await deleteImages(clients, tags)} images.`);
}
