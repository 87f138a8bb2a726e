// Facts of the contracts that moto gets wrong, and how. docs/aws/contracts.md tells them to people.
import type { Wrong } from "./expect-wrong.ts";

interface MotoWrong {
  readonly always: Wrong;
  /** Where calls race. */
  readonly sometimes: Wrong;
}

export const STORE: MotoWrong = {
  always: {
    "condition: below, of a text":
      "`<` between a text and a number ends the transaction with a `TypeError`; in AWS it is false",
    "an update that makes an item too large is refused, and nothing of its transaction is written":
      "in a transaction an update may make an item larger than 400 KB; in AWS it is refused",
  },
  sometimes: {
    "of 100 conditional writers at once exactly one wins":
      "two may win; in AWS one does, the others are cancelled",
    "100 additions at once are all counted":
      "some are lost; in AWS each counts, or is cancelled with `TransactionConflict`",
  },
};

export const TASK_QUEUES: MotoWrong = {
  always: {},
  sometimes: {
    "puts at the same time of the same ids add each once":
      "transactions at once lose updates, so the count of tasks is too small",
    "tasks are leased in the order they were put":
      "no fault: batches sent at once arrive in any order, in AWS too; only in one process the order stays",
  },
};
