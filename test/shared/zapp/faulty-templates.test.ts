// Templates that name nothing, or stand where they cannot be replaced.
import { anArray, aServer, aService, aZapp, type Fields, without } from "./a-zapp.ts";
import { expectRefused, type Refused } from "./refused.ts";

const once = (bent: Fields, zapp: Fields = {}) => aZapp({ services: [aService(bent)], ...zapp });
const two = (first: Fields, second: Fields) =>
  aZapp({ services: [aServer({ name: "one", ...first }), aService({ name: "two", ...second })] });

const faulty: Refused = {
  "an unknown template": [
    once({ command: ["${worker}"] }, { parameters: {} }),
    "/services/0/command/0",
    'no parameter or other name "worker"; there are execution.id',
  ],
  "a misspelt template": [
    once({ command: ["${worker} ${workers}"] }, { parameters: { workers: { type: "integer" } } }),
    "/services/0/command/0",
    'did you mean "workers"?',
  ],
  "a shell's braces in a command": [
    once({ command: "for i in 1; do echo ${i}; done" }),
    "/services/0/command",
    "Write $${i} for the characters themselves.",
  ],
  "a template that is never closed": [
    once({ command: ["${worker"] }),
    "/services/0/command/0",
    "never closed",
  ],
  "a template in a name": [
    once({ files: { "${execution.id}.txt": "x" } }),
    "/services/0/files/${execution.id}.txt",
    "in values only",
  ],
  "a secret parameter in a template": [
    once({ command: ["${key}"] }, { parameters: { key: { type: "string", secret: true } } }),
    "/services/0/command/0",
    "the program finds it in $ZOE_PARAM_KEY",
  ],
  "a sweep's value without a sweep": [
    once({ command: ["${sweep.a}"] }),
    "/services/0/command/0",
    "the service has none",
  ],
  "an unknown sweep's value": [
    aZapp({
      services: [
        { ...without(anArray(), "count"), sweep: { energy: [1] }, command: ["${sweep.enregy}"] },
      ],
    }),
    "/services/0/command/0",
    'did you mean "energy"?',
  ],
  "a sweep's value where it comes too late": [
    aZapp({
      services: [{ ...without(anArray(), "count"), sweep: { a: [1] }, image: "x:${sweep.a}" }],
    }),
    "/services/0/image",
    "it works in command, environment",
  ],
  "the address of an unknown service": [
    two({}, { command: ["${address:on}"] }),
    "/services/1/command/0",
    'did you mean "one"?',
  ],
  "an address without after": [
    two({}, { command: ["${address:one}"] }),
    "/services/1/command/0",
    "add it to `after`",
  ],
  "an address of one's own": [
    two({}, { command: ["${address:two}"] }),
    "/services/1/command/0",
    "no address of its own",
  ],
};

expectRefused(faulty);
