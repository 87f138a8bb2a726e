// A framework: a block that zapps are built from, with a schema of its configuration. It cannot run alone; compose.ts lays it into a description.
import * as z from "zod";
import { LIMITS } from "./limits.ts";
import { NAME, PARAMETER_NAME } from "./names.ts";
import { writtenParameter } from "./written-parameter.ts";

/** `zapps/frameworks/NAME/framework.yaml`. What a zapp may say of a queue or a service may stand there too, with templates of the parameters. */
export const Framework = z
  .strictObject({
    name: z.string().regex(NAME),
    title: z.string().max(LIMITS.line),
    description: z.string().max(LIMITS.text),
    /** Its configuration. What a zapp does not fix under `uses` it offers as parameters of its own. */
    parameters: z.record(z.string().regex(PARAMETER_NAME), writtenParameter).readonly(),
    /** Those that its service leases from. */
    queues: z.record(z.string().regex(NAME), z.record(z.string(), z.json())).readonly().default({}),
    /** What each service with `framework: NAME` is beside its own fields; where there is none, the service that is brought in. */
    service: z.record(z.string(), z.json()).readonly(),
  })
  .readonly();
export type Framework = z.infer<typeof Framework>;

export type Frameworks = ReadonlyMap<string, Framework>;
