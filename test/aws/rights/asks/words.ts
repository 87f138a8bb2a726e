// What the services' files have in common: calls, and tags as conditions.
import type { RecordedCall } from "#test/aws/recorder.ts";
import type { Account } from "#test/aws/rights/account.ts";
import type { Ask } from "#test/aws/rights/policy.ts";

export type Call = Pick<RecordedCall, "service" | "operation" | "input" | "output">;

export type AsksOf = (
  operation: string,
  input: Readonly<Record<string, unknown>>,
  account: Account,
  output: Readonly<Record<string, unknown>>,
) => readonly Ask[];

/** For a table from operations to actions. */
export function known<T>(
  table: Readonly<Record<string, T>>,
  operation: string,
  service: string,
): T {
  const found = table[operation];
  if (found === undefined)
    throw new Error(`Nothing is known of what ${service} ${operation} asks of IAM.`);
  return found;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Of a request that gives tags. */
export function tagContext(tags: readonly Tag[]): Record<string, string | string[]> {
  if (tags.length === 0) return {};
  const own = Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value]));
  return { ...own, "aws:TagKeys": tags.map(({ key }) => key) };
}

export const tagsOf = (map: unknown): Tag[] =>
  Object.entries((map ?? {}) as Record<string, string>).map(([key, value]) => ({ key, value }));
