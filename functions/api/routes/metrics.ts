// What Prometheus asks for: executions, capacity, queues of executions that run, and the requests of this host.
import { text } from "#functions/api/answer.ts";
import type { Api } from "#functions/api/api.ts";
import {
  EXPOSITION_TYPE,
  exposition,
  type Sample,
  type Series,
} from "#functions/api/exposition.ts";
import { LATENCY_BUCKETS, type RouteCounts } from "#functions/api/metrics.ts";
import { route } from "#functions/api/route.ts";
import { type Census, takeCensus } from "#functions/census.ts";

export const metricsRoutes = [
  route({
    method: "get",
    path: "/metrics",
    group: "This Zoe",
    summary: "Metrics for Prometheus",
    text: "Executions by state and queue depths are counted up to a bound. Requests are those of this host.",
    access: "read",
    role: "administrator",
    answer: { status: 200, text: "The exposition format", types: ["text/plain"] },
    async handle({ api }) {
      const census = await takeCensus(api.world);
      return text(exposition([...stateSeries(census), ...requestSeries(api)]), EXPOSITION_TYPE);
    },
  }),
];

function stateSeries({ executions, held, queues, cycles }: Census): Series[] {
  return [
    {
      name: "zoe_executions",
      help: "Living executions by state, up to a bound.",
      type: "gauge",
      samples: Object.entries(executions).map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: "zoe_held",
      help: "Capacity that placements hold: instances, vCPU, MiB, GPUs.",
      type: "gauge",
      samples: Object.entries(held).map(([of, value]) => ({ labels: { of }, value })),
    },
    {
      name: "zoe_queue_tasks",
      help: "Tasks of the first queues that have workers, by state.",
      type: "gauge",
      samples: queues.flatMap(({ executionId, queue, counts }) =>
        (["put", "done", "failed", "leased"] as const).map((state) => ({
          labels: { execution: executionId, queue, state },
          value: counts[state],
        })),
      ),
    },
    {
      name: "zoe_scheduler_cycles_total",
      help: "Times that the scheduler took its lease.",
      type: "counter",
      samples: [{ labels: {}, value: cycles }],
    },
  ];
}

function requestSeries({ metrics, waiters }: Api): Series[] {
  const routes = [...metrics.routes];
  return [
    {
      name: "zoe_http_requests_total",
      help: "Requests answered, by route and status.",
      type: "counter",
      samples: routes.flatMap(([route, { statuses }]) =>
        [...statuses].map(([status, value]) => ({
          labels: { route, status: String(status) },
          value,
        })),
      ),
    },
    {
      name: "zoe_http_request_seconds",
      help: "Time to answer, by route.",
      type: "histogram",
      samples: routes.flatMap(([route, counts]) => histogram(route, counts)),
    },
    {
      name: "zoe_http_waiting",
      help: "Requests that wait for news.",
      type: "gauge",
      samples: [{ labels: {}, value: waiters.count }],
    },
  ];
}

function histogram(route: string, { buckets, seconds }: RouteCounts): Sample[] {
  let total = 0;
  const bounds = [...LATENCY_BUCKETS.map(String), "+Inf"];
  const samples = bounds.map((le, at): Sample => {
    total += buckets[at] ?? 0;
    return { labels: { route, le }, value: total, suffix: "_bucket" };
  });
  const labels = { route };
  return [
    ...samples,
    { labels, value: seconds, suffix: "_sum" },
    { labels, value: total, suffix: "_count" },
  ];
}
