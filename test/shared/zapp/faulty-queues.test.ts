// Queues, routes and the order of services: what is named must be there, and lead somewhere.
import { aQueueZapp, aServer, aService, aWorker, aZapp, type Fields } from "./a-zapp.ts";
import { expectRefused, type Refused } from "./refused.ts";

const two = (first: Fields, second: Fields) =>
  aZapp({ services: [aServer({ name: "one", ...first }), aService({ name: "two", ...second })] });
const routed = (routes: readonly Fields[], queues: readonly string[] = ["documents", "physics"]) =>
  aZapp({
    queues: Object.fromEntries(queues.map((name) => [name, {}])),
    services: queues.map((name) => aWorker({ name, queue: name })),
    routes,
  });

const faulty: Refused = {
  "a worker of an unknown queue": [
    aQueueZapp({ queue: "document" }),
    "/services/0/queue",
    'There is no queue "document"; did you mean "documents"?',
  ],
  "a worker without any queue": [
    aZapp({ services: [aWorker()] }),
    "/services/0/queue",
    "there are none here",
  ],
  "a route from an unknown queue": [
    routed([{ from: "x1", else: "physics" }]),
    "/routes/0/from",
    'no queue "x1"; there are documents, physics.',
  ],
  "a route to an unknown queue": [
    routed([{ from: "documents", by: "/topic", to: { Physics: "fysics" } }]),
    "/routes/0/to/Physics",
    'did you mean "physics"?',
  ],
  "a route with another unknown queue": [
    routed([{ from: "documents", by: "/topic", to: { Physics: "physics" }, else: "rest" }]),
    "/routes/0/else",
    'There is no queue "rest"',
  ],
  "a route that tells nothing apart": [
    routed([{ from: "documents" }]),
    "/routes/0/by",
    "Wanted `by` and `to`, or `else`",
  ],
  "a route with values but no pointer": [
    routed([{ from: "documents", to: { a: "physics" } }]),
    "/routes/0/by",
    "it is missing",
  ],
  "a route with a pointer but no values": [
    routed([{ from: "documents", by: "/a", else: "physics" }]),
    "/routes/0/to",
    "it is missing",
  ],
  "a route back to its own queue": [
    routed([{ from: "documents", else: "documents" }]),
    "/routes/0/else",
    "documents -> documents",
  ],
  "routes in a circle": [
    routed([
      { from: "documents", by: "/t", to: { "a/b": "physics" } },
      { from: "physics", else: "documents" },
    ]),
    "/routes/1/else",
    "documents -> physics -> documents",
  ],
  "after an unknown service": [
    two({}, { after: ["on"] }),
    "/services/1/after/0",
    'no service "on"; did you mean "one"?',
  ],
  "after each other": [
    two({ after: ["two"] }, { after: ["one"] }),
    "/services/1/after/0",
    "one -> two -> one",
  ],
  "after itself": [two({ after: ["one"] }, {}), "/services/0/after/0", "one -> one"],
  "after the same service twice": [
    two({}, { after: ["one", "one"] }),
    "/services/1/after/1",
    'already a mention of "one"',
  ],
};

expectRefused(faulty);
