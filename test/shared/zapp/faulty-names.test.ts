// What is there twice, or has a name that means something else.
import { aQueueZapp, aServer, aService, aZapp, type Fields } from "./a-zapp.ts";
import { expectRefused, type Refused } from "./refused.ts";

const once = (bent: Fields, zapp: Fields = {}) => aZapp({ services: [aService(bent)], ...zapp });
const two = (first: Fields, second: Fields) =>
  aZapp({ services: [aServer({ name: "one", ...first }), aService({ name: "two", ...second })] });

const faulty: Refused = {
  "two services of one name": [
    two({}, { name: "one" }),
    "/services/1/name",
    'already a service "one", at /services/0/name',
  ],
  "two ports of one number": [
    aZapp({
      services: [
        aServer({
          ports: [
            { name: "a", port: 80 },
            { name: "b", port: 80 },
          ],
        }),
      ],
    }),
    "/services/0/ports/1/port",
    "already a port 80",
  ],
  "a queue called drop": [
    aQueueZapp({ queue: "drop" }, { queues: { drop: {} } }),
    "/queues/drop",
    "means something else",
  ],
  "two parameters of one variable": [
    once(
      { command: ["${a-b}", "${a_b}"] },
      { parameters: { "a-b": { type: "string" }, a_b: { type: "string" } } },
    ),
    "/parameters/a_b",
    "both reach programs as ZOE_PARAM_A_B",
  ],
  "Zoe's own variable is set": [
    once({ environment: { ZOE_WORK_DIR: "x" } }),
    "/services/0/environment/ZOE_WORK_DIR",
    "Zoe's own",
  ],
  "a variable is set twice": [
    once({ environment: { KEY_NAME: "x" }, secrets: { KEY_NAME: "y" } }),
    "/services/0/environment/KEY_NAME",
    "already set from a secret",
  ],
};

expectRefused(faulty);
