// The environment of the functions: exactly the names of shared/env.ts, so that a name too few or too many is a fault of types.
import type { AwsEnv } from "#shared/env.ts";

/** Every name of the schema, as text, before it is parsed; Lambda sets none of them. */
export type AwsEnvironment = {
  readonly [Name in keyof AwsEnv as undefined extends AwsEnv[Name] ? never : Name]: string;
} & { readonly [Name in keyof AwsEnv as undefined extends AwsEnv[Name] ? Name : never]?: string };

/** Without what is not set: Lambda takes no empty place. */
export function environmentOf(environment: AwsEnvironment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}
