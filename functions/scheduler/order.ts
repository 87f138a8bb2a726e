// Who comes first: priority, then age, then id. The same order as the sort keys of the waiting list.

export interface Ranked {
  readonly executionId: string;
  readonly priority: number;
  readonly createdAt: number;
}

/** Negative when `a` comes before `b`. */
export function rank(a: Ranked, b: Ranked): number {
  return (
    b.priority - a.priority ||
    a.createdAt - b.createdAt ||
    (a.executionId < b.executionId ? -1 : Number(a.executionId > b.executionId))
  );
}
