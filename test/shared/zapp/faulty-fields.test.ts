import { expect, test } from "vitest";
import { validateZapp } from "#shared/zapp/validate.ts";
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

const once = (bent: Fields) => aZapp({ services: [aService(bent)] });
const array = (bent: Fields) => aZapp({ services: [anArray(bent)] });
const gang = (bent: Fields) => aZapp({ services: [aGang(bent)] });
const server = (bent: Fields) => aZapp({ services: [aServer(bent)] });

/** Each has one fault: where it is, and what must be said about it. */
const faulty: Refused = {
  "a text is no description": ["hello", "", "an object with version, name, title"],
  "a list is no description": [[], "", "got an empty list"],
  "the version is missing": [
    without(aZapp(), "version"),
    "/version",
    "Wanted version: 4; it is missing.",
  ],
  "the version is a text": [aZapp({ version: "4" }), "/version", 'got "4"'],
  "the version is an old one": [aZapp({ version: 3 }), "/version", "must be converted to format 4"],
  "the version is yet to come": [aZapp({ version: 5 }), "/version", "Wanted version: 4; got 5."],
  "the name is missing": [without(aZapp(), "name"), "/name", "it is missing"],
  "the name has capitals": [
    aZapp({ name: "MyZapp" }),
    "/name",
    "lowercase letters, digits and hyphens",
  ],
  "the name is too short": [aZapp({ name: "ab" }), "/name", "3 to 64"],
  "there are no services": [without(aZapp(), "services"), "/services", "at least one service"],
  "the services are an object": [
    aZapp({ services: {} }),
    "/services",
    "Wanted services; got an object.",
  ],
  "there are 21 services": [
    aZapp({ services: Array.from({ length: 21 }, (_, n) => aService({ name: `s${n}` })) }),
    "/services",
    "1 to 20 of them; got 21",
  ],
  "there are 101 queues": [
    aQueueZapp(
      {},
      {
        queues: Object.fromEntries(
          Array.from({ length: 101 }, (_, n) => [n ? `q${n}` : "documents", {}]),
        ),
      },
    ),
    "/queues",
    "at most 100 of them; got 101",
  ],
  "the description is larger than 64 KiB": [
    aZapp({ description: "x".repeat(70_000) }),
    "",
    "at most 65536 bytes",
  ],
  "the description is nested too deeply": [
    once({ command: JSON.parse("[".repeat(5000) + "]".repeat(5000)) }),
    "",
    "at most 16 levels deep",
  ],
  "a field of the zapp is misspelt": [
    aZapp({ titel: "x" }),
    "/titel",
    'A zapp has no field "titel"; did you mean "title"?',
  ],
  "a field of a service is misspelt": [
    once({ comand: "x" }),
    "/services/0/comand",
    'did you mean "command"?',
  ],
  "a field is of another system": [once({ env: {} }), "/services/0/env", "Write `environment`."],
  "a deadline stands in the zapp": [
    aZapp({ deadline: "10m" }),
    "/deadline",
    "belongs to the submission",
  ],
  "a field belongs to another kind": [
    once({ idle: "20s" }),
    "/services/0/idle",
    "it belongs to run: worker",
  ],
  "ports on a worker": [
    aQueueZapp({ ports: [] }),
    "/services/0/ports",
    "it belongs to run: forever",
  ],
  "run is missing": [
    aZapp({ services: [without(aService(), "run")] }),
    "/services/0/run",
    "once, array, gang, worker, forever; it is missing",
  ],
  "run is unknown": [once({ run: "job" }), "/services/0/run", 'got "job"'],
  "a service is a text": [
    aZapp({ services: ["main"] }),
    "/services/0",
    'Wanted a service, an object; got "main".',
  ],
  "a service has no name": [
    aZapp({ services: [without(aService(), "name")] }),
    "/services/0/name",
    "it is missing",
  ],
  "a service's name begins with a digit": [
    once({ name: "1st" }),
    "/services/0/name",
    "begins with a letter",
  ],
  "a duration is a bare number": [
    once({ maxTime: 60 }),
    "/services/0/maxTime",
    "got the bare number 60. Write 60s",
  ],
  "a duration is a bare number in quotes": [
    once({ maxTime: "60" }),
    "/services/0/maxTime",
    "the bare number 60",
  ],
  "a duration has an unknown unit": [
    once({ maxTime: "3 weeks" }),
    "/services/0/maxTime",
    'got "3 weeks"',
  ],
  "a duration is longer than a year": [
    once({ maxTime: "9000h" }),
    "/services/0/maxTime",
    "at most 366 days",
  ],
  "a time limit is zero": [once({ maxTime: "0s" }), "/services/0/maxTime", 'got "0s"'],
  "a size is a bare number": [
    once({ resources: { memory: 512 } }),
    "/services/0/resources/memory",
    "Write 512MiB if MiB are meant",
  ],
  "a size has a duration's unit": [
    once({ resources: { memory: "5m" } }),
    "/services/0/resources/memory",
    "such as 512MiB",
  ],
  "cpu is a text": [
    once({ resources: { cpu: "2" } }),
    "/services/0/resources/cpu",
    'a number from 0.01 to 1024; got "2"',
  ],
  "cpu is zero": [once({ resources: { cpu: 0 } }), "/services/0/resources/cpu", "got 0"],
  "half a GPU": [
    once({ resources: { gpu: 0.5 } }),
    "/services/0/resources/gpu",
    "a whole number from 0 to 64; got 0.5",
  ],
  "cores instead of cpu": [
    once({ resources: { cores: 2 } }),
    "/services/0/resources/cores",
    "resources: { cpu: 2 }",
  ],
  "a capacity that does not exist": [
    once({ capacity: "cheap" }),
    "/services/0/capacity",
    "spot, on-demand, filler",
  ],
  "pull that does not exist": [once({ pull: "always" }), "/services/0/pull", "newest, pinned"],
  "an empty command": [once({ command: [] }), "/services/0/command", "got an empty list"],
  "a list in a command": [
    once({ command: ["a", ["b"]] }),
    "/services/0/command/1",
    "Wanted a word of the command; got a list.",
  ],
  "command is an object": [
    once({ command: {} }),
    "/services/0/command",
    "a list of words, or one text for the shell",
  ],
  "environment is a list": [
    once({ environment: ["A=b"] }),
    "/services/0/environment",
    "environment variables with their values; got a list",
  ],
  "an environment value is an object": [
    once({ environment: { A: {} } }),
    "/services/0/environment/A",
    "got an object",
  ],
  "a variable's name has a hyphen": [
    once({ environment: { "A-B": "x" } }),
    "/services/0/environment/A-B",
    "letters, digits and underscores",
  ],
  "an input without a path": [
    once({ inputs: [{ from: "x" }] }),
    "/services/0/inputs/0/to",
    "it is missing",
  ],
  "a volume of everyone": [
    once({ volumes: [{ name: "v", path: "v", scope: "world" }] }),
    "/services/0/volumes/0/scope",
    "execution, user, tenant",
  ],
  "an unknown reason to retry": [
    once({ retry: { on: ["weather"] } }),
    "/services/0/retry/on/0",
    "failed, interrupted, lost",
  ],
  "a retry on exit 0": [
    once({ retry: { on: [{ exit: 0 }] } }),
    "/services/0/retry/on/0/exit",
    "from 1 to 255; got 0",
  ],
  "no attempts": [once({ retry: { attempts: 0 } }), "/services/0/retry/attempts", "from 1 to 100"],
  "an array of 20,000": [
    array({ count: 20_000 }),
    "/services/0/count",
    "from 1 to 10000; got 20000",
  ],
  "an array of none": [array({ count: 0 }), "/services/0/count", "got 0"],
  "tolerance with a space": [array({ tolerate: "5 %" }), "/services/0/tolerate", "such as 2 or 5%"],
  "tolerance above all": [array({ tolerate: "101%" }), "/services/0/tolerate", 'got "101%"'],
  "a gang without nodes": [
    aZapp({ services: [without(aGang(), "nodes")] }),
    "/services/0/nodes",
    "auto or a number of nodes",
  ],
  "a gang of many nodes": [
    gang({ nodes: "many" }),
    "/services/0/nodes",
    'auto or a number of nodes, a whole number from 1 to 10000; got "many"',
  ],
  "onLostNode: ignore": [gang({ onLostNode: "ignore" }), "/services/0/onLostNode", "restart, fail"],
  "the count of workers is a number": [
    aQueueZapp({ count: 8 }),
    "/services/0/count",
    "an object with min, max; got 8",
  ],
  "a port of 70000": [
    server({ ports: [{ name: "web", port: 70_000 }] }),
    "/services/0/ports/0/port",
    "from 1 to 65535",
  ],
  "a lease without a unit": [
    aQueueZapp({}, { queues: { documents: { lease: 60 } } }),
    "/queues/documents/lease",
    "the bare number 60",
  ],
  "a queue that is null": [
    aQueueZapp({}, { queues: { documents: null } }),
    "/queues/documents",
    "an object with lease, maxAttempts; got null",
  ],
  "a queue's name with capitals": [
    aQueueZapp({}, { queues: { documents: {}, Physics: {} } }),
    "/queues/Physics",
    "lowercase letters",
  ],
  "a route's pointer without slash": [
    aQueueZapp({}, { routes: [{ from: "documents", by: "topic", to: {} }] }),
    "/routes/0/by",
    "such as /topic",
  ],
  "a parameter without a type": [
    aZapp({ parameters: { a: {} } }),
    "/parameters/a/type",
    "string, integer, number",
  ],
  "a parameter of an unknown type": [
    aZapp({ parameters: { a: { type: "int" } } }),
    "/parameters/a/type",
    'got "int"',
  ],
  "a parameter with enum": [
    aZapp({ parameters: { a: { type: "string", enum: ["x"] } } }),
    "/parameters/a/enum",
    "Write `type: choice`",
  ],
  "defaults with a name": [
    aZapp({ defaults: { name: "x" } }),
    "/defaults/name",
    "its fields are image, program",
  ],
  "a cost model without stages": [
    aZapp({
      parameters: { scan: { type: "dataset" } },
      costModel: { unit: "histories", measured: { input: "scan", bytesPerUnit: 52 } },
    }),
    "/costModel/stages",
    "Wanted stages; it is missing.",
  ],
};

expectRefused(faulty);

test("every refusal is a sentence that begins with a capital and ends with a full stop or a question", () => {
  const details = Object.values(faulty).flatMap(([document]) =>
    validateZapp(document).faults.map(({ detail }) => detail),
  );
  expect(details.filter((detail) => !/^[A-Z`].*[.?]$/s.test(detail))).toEqual([]);
});
