// The history of an execution: every move that was made, in the order it was stored.
import type { Outcome } from "./instance.ts";

/** `at` in Unix milliseconds. `instance` is `service-index.generation`. */
export interface Move {
  readonly at: number;
  readonly of: "execution" | "instance" | "queue" | "note";
  readonly instance?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
  readonly outcome?: Outcome;
  readonly by?: string;
}
