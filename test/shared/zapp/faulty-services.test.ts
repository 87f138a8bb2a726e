// A service whose own fields do not go together.
import {
  aGang,
  anArray,
  aQueueZapp,
  aServer,
  aService,
  aZapp,
  type Fields,
  without,
} from "./a-zapp.ts";
import { expectRefused, type Refused } from "./refused.ts";

const once = (bent: Fields, zapp: Fields = {}) => aZapp({ services: [aService(bent)], ...zapp });
const array = (bent: Fields, zapp: Fields = {}) => aZapp({ services: [anArray(bent)], ...zapp });
const gang = (bent: Fields) => aZapp({ services: [aGang(bent)] });

const faulty: Refused = {
  "neither image nor program": [
    aZapp({ services: [without(aService(), "program")] }),
    "/services/0",
    "`image` (for containers) or `program`",
  ],
  "command and script": [
    once({ script: "echo" }),
    "/services/0/script",
    "either `command` or `script`; got both",
  ],
  "a program without a command": [
    aZapp({ services: [without(aService(), "command")] }),
    "/services/0",
    "Wanted `command` or `script`",
  ],
  "a program outside": [
    once({ program: "../other" }),
    "/services/0/program",
    "inside the zapp's own",
  ],
  "a program at the root": [
    once({ program: "/usr/bin" }),
    "/services/0/program",
    "inside the zapp's own",
  ],
  "an input outside the work folder": [
    once({ inputs: [{ from: "upload", to: "../x" }] }),
    "/services/0/inputs/0/to",
    "below the instance's own work folder",
  ],
  "an output at the root": [
    once({ outputs: [{ path: "/tmp/*" }] }),
    "/services/0/outputs/0/path",
    'got "/tmp/*"',
  ],
  "an output to a folder": [
    once({ outputs: [{ path: "*", to: "archive" }] }),
    "/services/0/outputs/0/to",
    "`results`, or an address such as s3://bucket/folder",
  ],
  "a file outside": [
    once({ files: { "a/../../b": "x" } }),
    "/services/0/files/a~1..~1..~1b",
    "below the instance's own work folder",
  ],
  "a volume that climbs": [
    once({ volumes: [{ name: "v", path: "/data/../etc" }] }),
    "/services/0/volumes/0/path",
    "without .. in it",
  ],
  "a checkpoint at home": [
    once({ checkpoint: { path: "~/state", every: "1m" } }),
    "/services/0/checkpoint/path",
    'got "~/state"',
  ],
  "an array without a count": [
    aZapp({ services: [without(anArray(), "count")] }),
    "/services/0/count",
    "got neither",
  ],
  "an array with count and sweep": [array({ sweep: { a: [1] } }), "/services/0/count", "got both"],
  "a sweep of nothing": [
    aZapp({ services: [{ ...without(anArray(), "count"), sweep: {} }] }),
    "/services/0/sweep",
    "an empty object",
  ],
  "a sweep with an empty list": [
    aZapp({ services: [{ ...without(anArray(), "count"), sweep: { a: [1], b: [] } }] }),
    "/services/0/sweep/b",
    "Wanted at least one value",
  ],
  "a sweep with a list in a list": [
    aZapp({ services: [{ ...without(anArray(), "count"), sweep: { a: [1, [2]] } }] }),
    "/services/0/sweep/a/1",
    "got a list",
  ],
  "a sweep with a text for a list": [
    aZapp({ services: [{ ...without(anArray(), "count"), sweep: { a: "1,2" } }] }),
    "/services/0/sweep/a",
    'a list of values, or a template of one; got "1,2"',
  ],
  "a sweep of too many runs": [
    aZapp({
      services: [
        { ...without(anArray(), "count"), sweep: { a: Array(200).fill(1), b: Array(51).fill(1) } },
      ],
    }),
    "/services/0/sweep",
    "at most 10000 runs; got 200 x 51 = 10200",
  ],
  "points of different names": [
    aZapp({ services: [{ ...without(anArray(), "count"), sweep: [{ a: 1 }, { b: 1 }] }] }),
    "/services/0/sweep/1",
    "the same names as in the first object, a; got b",
  ],
  "fewer ranks than nodes": [
    gang({ ranks: 3 }),
    "/services/0/ranks",
    "at least one rank for each of the 4 nodes; got 3",
  ],
  "ranks and ranksPerNode": [
    gang({ ranks: 8, ranksPerNode: 2 }),
    "/services/0/ranksPerNode",
    "got both",
  ],
  "more workers at least than at most": [
    aQueueZapp({ count: { min: 9, max: 8 } }),
    "/services/0/count/min",
    "at most max, which is 8; got 9",
  ],
  "more essential than in all": [
    aZapp({ services: [aServer({ count: { essential: 3, total: 2 } })] }),
    "/services/0/count/essential",
    "at most total, which is 2",
  ],
  "a health check of two kinds": [
    aZapp({ services: [aServer({ health: { http: "/", port: 80, tcp: 80 } })] }),
    "/services/0/health",
    "got http and tcp",
  ],
  "a health check of no kind": [
    aZapp({ services: [aServer({ health: {} })] }),
    "/services/0/health",
    "got none",
  ],
  "an http check without a port": [
    aZapp({ services: [aServer({ health: { http: "/" } })] }),
    "/services/0/health/port",
    "it is missing",
  ],
  "a right to nothing": [
    once({ needs: [{ bucket: "inputs" }] }),
    "/services/0/needs/0",
    "{ bucket: name, access: read }",
  ],
};

expectRefused(faulty);
