// The limits of a description, by name: the schema, the checks and the guides all read them here.

export const LIMITS = {
  descriptionBytes: 64 * 1024,
  /** What a description becomes with its parameters; it is stored as one item. */
  expandedBytes: 256 * 1024,
  /** Levels of lists and objects within each other. */
  depth: 16,
  /** Told at once; who has more will ask again. */
  faults: 200,
  services: 20,
  queues: 100,
  /** Of all services of a zapp, at most. */
  instances: 10_000,
  routes: 100,
  /** Values that a route tells apart. */
  routedValues: 1000,
  parameters: 100,
  choices: 1000,
  /** Items of a list parameter, and points of a parameter sweep. */
  listItems: 10_000,
  axes: 10,
  commandWords: 1000,
  environment: 200,
  secrets: 50,
  files: 50,
  /** Inputs, outputs, volumes, rights, ports, exit codes: of one service each. */
  entries: 100,
  stages: 50,
  /** Characters of a name, of one line, of a text. */
  name: 63,
  line: 1000,
  text: 32 * 1024,
  attempts: 100,
  /** vCPU, GPUs: more than any machine has. */
  cpu: 1024,
  gpu: 64,
  port: 65_535,
  pattern: 200,
  /** Characters that are held against a parameter's `pattern`. */
  patterned: 200,
} as const;
