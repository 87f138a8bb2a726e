// The environment of each host, read once at its start. Flags stand over it; infra/ sets exactly these names.
import { z } from "zod";

const whole = (most: number) => z.coerce.number().int().min(0).max(most);

/** The control plane on one machine. Every name has a flag of `npm start`. */
export const LocalEnv = z.object({
  ZOE_STATE: z.string().min(1).optional(),
  ZOE_PORT: whole(65_535).optional(),
  ZOE_HOST: z.string().min(1).optional(),
  ZOE_CPUS: z.coerce.number().positive().optional(),
  ZOE_MEMORY_MIB: z.coerce.number().positive().optional(),
  ZOE_RETENTION_DAYS: z.coerce.number().positive().optional(),
  ZOE_REQUESTS_PER_SECOND: z.coerce.number().positive().optional(),
  ZOE_LOG: z.enum(["error", "warn", "info"]).optional(),
});
export type LocalEnv = z.infer<typeof LocalEnv>;
