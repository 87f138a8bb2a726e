// The messages between steps. The store is the truth: a message only wakes, may come twice or late, and when it is lost the sweep finds the work.

/** Something may be placeable: run a scheduling cycle. */
export interface DecideMessage {
  readonly executionId?: string;
}

/** Start what is placed (instances `from` to `to` of a service, in generation 1 or the one given), or stop what should not run: of the whole execution, or of a gang whose generation is over. */
export type LaunchMessage =
  | {
      readonly kind: "start";
      readonly executionId: string;
      readonly service: string;
      readonly from: number;
      /** Exclusive. */
      readonly to: number;
      readonly generation: number;
      /** How often a backend had no room for it. */
      readonly tries?: number;
    }
  | { readonly kind: "stop"; readonly executionId: string; readonly gang?: string };

/** Look at an execution: its queues, its clock, whether it is over. */
export interface TickMessage {
  readonly executionId: string;
}
