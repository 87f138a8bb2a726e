// GPUs of one node: `--gres=gpu:2`, `--gpus=4`, `--gpus-per-node`, `--gpus-per-task`. Which kind is the engine's.

import type { Layout } from "./layout.ts";
import { type Reader, Refusal } from "./reader.ts";

export function gpusOf(reader: Reader, { nodes, tasksPerNode }: Layout): number {
  const inAll = reader.read("gpus", countOf);
  return (
    reader.read("gres", gresOf) ??
    reader.read("gpus-per-node", countOf) ??
    (inAll === undefined ? undefined : Math.ceil(inAll / nodes)) ??
    (reader.read("gpus-per-task", countOf) ?? 0) * tasksPerNode
  );
}

function countOf(value: string): number | Refusal {
  if (/^\d+$/.test(value)) return Number(value);
  if (/^[\w.-]+:\d+$/.test(value))
    return new Refusal("the kind of GPU can't be chosen, only their number");
  return new Refusal("wanted a number of GPUs");
}

function gresOf(value: string): number | Refusal {
  let gpus = 0;
  for (const part of value.split(",")) {
    const [name, ...rest] = part.split(":");
    if (name === "none") continue;
    if (name !== "gpu") return new Refusal(`the resource ${name} is not supported by Zoe`);
    const count = rest.length === 0 ? 1 : countOf(rest.join(":"));
    if (count instanceof Refusal) return count;
    gpus += count;
  }
  return gpus;
}
