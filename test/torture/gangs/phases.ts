// The phases of a gang's life in which its control plane is killed: how each is known, what is done in it before, and what must come of the gang.
import type { Ground, Node } from "./ground.ts";

export const NODES = 3;

export interface Sight {
  readonly nodes: readonly Node[];
  readonly networks: number;
  /** Of node 0. */
  readonly log: string;
  readonly state: string;
}

export interface Phase {
  readonly name: string;
  readonly isReached: (sight: Sight) => boolean;
  /** Once, before the phase is waited for. */
  readonly before?: {
    readonly isReached: Phase["isReached"];
    readonly act: (ground: Ground, sight: Sight, stop: () => Promise<void>) => Promise<void>;
  };
  /** succeeded unless said. */
  readonly outcome?: string;
}

const running = ({ nodes }: Sight) => nodes.filter(({ isRunning }) => isRunning).length;
const allRun = (sight: Sight) => running(sight) === NODES;
const hasBegun = (sight: Sight) => allRun(sight) && sight.log.includes("begun");
const loseOne = async (ground: Ground, { nodes }: Sight) => {
  const node = nodes.find(({ index }) => index === NODES - 1);
  if (node) await ground.lose(node);
};

export const PHASES: readonly Phase[] = [
  { name: "accepted", isReached: () => true },
  { name: "its network made", isReached: ({ networks }) => networks > 0 },
  { name: "the first container made", isReached: ({ nodes }) => nodes.length > 0 },
  { name: "some nodes run", isReached: (sight) => running(sight) > 0 },
  { name: "all nodes run", isReached: allRun },
  { name: "its program runs", isReached: hasBegun },
  { name: "finish runs", isReached: ({ log }) => log.includes("finishing") },
  {
    name: "node 0 has ended",
    isReached: ({ log, nodes }) => log.includes("finishing") && nodes.length < NODES,
  },
  { name: "it has ended", isReached: ({ state }) => state === "ended" },
  {
    name: "a node is lost",
    before: { isReached: hasBegun, act: loseOne },
    isReached: (sight) => running(sight) < NODES,
  },
  {
    name: "it waits for its next generation",
    before: { isReached: hasBegun, act: loseOne },
    isReached: ({ nodes }) => nodes.length === 0,
  },
  {
    name: "its next generation starts",
    before: { isReached: hasBegun, act: loseOne },
    isReached: ({ nodes }) => nodes.some(({ generation }) => generation > 1),
  },
  {
    name: "it is stopped",
    before: { isReached: hasBegun, act: (_, __, stop) => stop() },
    isReached: () => true,
    outcome: "cancelled",
  },
];
