// Woken every minute by one constant rule: finds what a crash lost, and what is due.
import { hosted } from "#functions/aws/hosted.ts";
import { sweep } from "#functions/sweep.ts";

const { world } = await hosted("sweep");

export async function handler(): Promise<void> {
  await sweep(world);
}
