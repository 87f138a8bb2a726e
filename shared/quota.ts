// Quotas: the most that a tenant or a user may hold at once. What is over waits, and says so; it is never rejected.
import * as z from "zod";

/** A missing field is unlimited. `cpu` in vCPU, `memoryMib` in MiB. */
export const Quota = z
  .strictObject({
    instances: z.int().min(0).optional(),
    cpu: z.number().min(0).optional(),
    memoryMib: z.number().min(0).optional(),
    gpu: z.int().min(0).optional(),
  })
  .meta({ id: "Quota" });
export type Quota = z.infer<typeof Quota>;
