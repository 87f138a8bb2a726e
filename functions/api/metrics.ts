// What this host counts of its own requests; the rest of /metrics is read from the store (routes/metrics.ts).

/** Upper bounds in seconds, as Prometheus wants them. */
export const LATENCY_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;

export interface RouteCounts {
  readonly statuses: Map<number, number>;
  /** One more than the bounds: the last counts all that took longer. */
  readonly buckets: number[];
  seconds: number;
}

export interface Metrics {
  count(route: string, status: number, seconds: number): void;
  readonly routes: ReadonlyMap<string, RouteCounts>;
}

/** Routes are named by their pattern, so there are no more of them than the API has. */
export function newMetrics(): Metrics {
  const routes = new Map<string, RouteCounts>();
  return {
    routes,
    count(route, status, seconds) {
      const counts = routes.get(route) ?? newCounts();
      routes.set(route, counts);
      counts.statuses.set(status, (counts.statuses.get(status) ?? 0) + 1);
      counts.seconds += seconds;
      const bucket = LATENCY_BUCKETS.findIndex((bound) => seconds <= bound);
      const at = bucket === -1 ? LATENCY_BUCKETS.length : bucket;
      counts.buckets[at] = (counts.buckets[at] ?? 0) + 1;
    },
  };
}

function newCounts(): RouteCounts {
  return {
    statuses: new Map(),
    buckets: new Array(LATENCY_BUCKETS.length + 1).fill(0),
    seconds: 0,
  };
}
