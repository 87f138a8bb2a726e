// Many seeds on all processors: each thread takes the next few when it is done with its last. Which seed fails first does not depend on how many there are.
import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { runSeeds, type Seeds, Sum, type Tally } from "./tally.ts";

const SHARE = 20;

if (!isMainThread)
  parentPort?.on("message", async (seeds: Seeds) => parentPort?.postMessage(await runSeeds(seeds)));

/** `told`: after each share. */
export async function runAll({ from, count }: Seeds, told: (sum: Sum) => void): Promise<Sum> {
  const sum = new Sum();
  let next = 0;
  const take = (): Seeds | undefined => {
    // Lower seeds were all handed out before, and are waited for.
    if (next >= count || sum.broken !== undefined) return undefined;
    const share = { from: from + next, count: Math.min(SHARE, count - next) };
    next += share.count;
    return share;
  };
  const crew = Math.min(availableParallelism(), Math.ceil(count / SHARE));
  await Promise.all(
    Array.from({ length: crew }, () =>
      work(take, (tally) => {
        sum.add(tally);
        told(sum);
      }),
    ),
  );
  return sum;
}

function work(take: () => Seeds | undefined, done: (tally: Tally) => void): Promise<void> {
  const thread = new Worker(new URL(import.meta.url));
  return new Promise((resolve, reject) => {
    const hand = () => {
      const share = take();
      if (share !== undefined) return thread.postMessage(share);
      thread.terminate().then(() => resolve(), reject);
    };
    thread.on("error", reject);
    thread.on("message", (tally: Tally) => {
      done(tally);
      hand();
    });
    hand();
  });
}
