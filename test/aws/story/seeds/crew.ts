// Many seeds on all processors: each thread takes the next when it is done with its last.
import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { AS_BUILT, type Mode, runSeed, type SeedRun } from "./seed.ts";

export interface Share {
  readonly from: number;
  readonly count: number;
  readonly mode?: Mode;
}

export type Done = Pick<SeedRun, "violations" | "twice" | "calls"> & { readonly seed: number };

interface Order {
  readonly seed: number;
  readonly mode: Mode;
}

if (!isMainThread)
  parentPort?.on("message", async (order: Order | "leave") => {
    if (order === "leave") return parentPort?.close();
    const { seed, mode } = order;
    const { violations, twice, calls } = await runSeed(seed, mode).catch(failed);
    parentPort?.postMessage({ seed, violations, twice, calls } satisfies Done);
  });

function failed(error: unknown): Pick<SeedRun, "violations" | "twice" | "calls"> {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { violations: [`it threw ${text}`], twice: 0, calls: 0 };
}

export async function shareOut(
  { from, count, mode = AS_BUILT }: Share,
  told: (done: Done) => void,
): Promise<void> {
  let next = from;
  const take = (): Order | undefined => (next < from + count ? { seed: next++, mode } : undefined);
  const crew = Math.min(availableParallelism(), count);
  await Promise.all(Array.from({ length: crew }, () => work(take, told)));
}

function work(take: () => Order | undefined, told: (done: Done) => void): Promise<void> {
  const thread = new Worker(new URL(import.meta.url));
  return new Promise((resolve, reject) => {
    const hand = () => {
      const order = take();
      if (order !== undefined) return thread.postMessage(order);
      thread.postMessage("leave");
    };
    thread.on("error", reject);
    thread.once("exit", () => resolve());
    thread.on("message", (done: Done) => {
      told(done);
      hand();
    });
    hand();
  });
}
