// The environment of the functions in AWS, read once at a cold start; infra/environment.ts sets exactly these names.
import * as z from "zod";
import { AwsEnv } from "#shared/env.ts";

export function readEnv(given: Readonly<Record<string, string | undefined>> = process.env): AwsEnv {
  const parsed = AwsEnv.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(
    `The function's environment is not what the stack sets:\n${z.prettifyError(parsed.error)}`,
  );
}
