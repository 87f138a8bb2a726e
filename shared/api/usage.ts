// Quotas and usage as the API takes and shows them.
import * as z from "zod";
import { saying } from "#shared/zapp/leaf.ts";
import { strict } from "#shared/zapp/strict.ts";
import { TenantName, UserName } from "./name.ts";

const most = 1_000_000_000;
const whole = (what: string) => {
  const said = saying(`${what}, a whole number from 0 to ${most}`);
  return z.int(said).min(0, said).max(most, said).optional();
};
const number = (what: string) => {
  const said = saying(`${what}, a number from 0 to ${most}`);
  return z.number(said).min(0, said).max(most, said).optional();
};

export const QuotaRequest = strict("a quota", {
  instances: whole("instances"),
  cpu: number("vCPU"),
  memoryMib: number("MiB of memory"),
  gpu: whole("GPUs"),
}).meta({
  id: "QuotaRequest",
  description: "The most to hold at once; what is missing is unlimited",
});
export type QuotaRequest = z.infer<typeof QuotaRequest>;

const amount = z.strictObject({
  instances: z.number(),
  cpu: z.number(),
  memoryMib: z.number(),
  gpu: z.number(),
});
export const QuotaAnswer = z
  .strictObject({
    tenant: TenantName,
    user: UserName.optional().describe("Whose quota this is; without one the tenant's"),
    quota: strict("a quota", QuotaRequest.shape).describe("What is missing is unlimited"),
    held: amount.describe("Now"),
  })
  .meta({ id: "QuotaAnswer" });
export type QuotaAnswer = z.infer<typeof QuotaAnswer>;

export const Day = z.iso
  .date(saying("a day, as 2026-03-01"))
  .meta({ examples: ["2026-03-01"], pattern: undefined });

export const UsageAnswer = z
  .strictObject({
    from: z.string(),
    to: z.string(),
    rows: z
      .array(
        z.strictObject({
          day: z.string().describe("UTC, of the end"),
          user: UserName,
          zapp: z.string(),
          executions: z.int(),
          cpuSeconds: z.number(),
          wallSeconds: z.number().describe("Sum over instances"),
        }),
      )
      .readonly(),
  })
  .meta({ id: "Usage" });
export type UsageAnswer = z.infer<typeof UsageAnswer>;

export const BackupAnswer = z
  .strictObject({ path: z.string().describe("On the server's machine"), bytes: z.int() })
  .meta({ id: "Backup" });
