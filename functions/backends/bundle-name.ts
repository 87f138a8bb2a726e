// How a bundle is named where AWS keeps names: in events and lists they lead back to the instances.
import type { BundleId } from "./bundle.ts";
import { hashOf } from "./content-name.ts";

const EXECUTION = /^[A-Za-z0-9_]{1,40}$/;
const SERVICE = /^[a-z][a-z0-9-]{0,62}$/;

/** `exe_01J/classifier/2/40/10/1`: at most 128 of letters, digits, `-`, `_` and `/`. */
export function startedBy(bundle: BundleId): string {
  const { executionId, service, generation, from, size, attempt } = checked(bundle);
  return [executionId, service, generation, from, size, attempt].join("/");
}

export function readStartedBy(text: string): BundleId | undefined {
  return read(/^([^/]+)\/([^/]+)\/(\d+)\/(\d+)\/(\d+)\/(\d+)$/.exec(text));
}

/** `exe_01J-classifier-2-40-10-1`: at most 128 of letters, digits, `-` and `_`. Batch finds names without regard to case, and they are not unique. */
export function jobName(bundle: BundleId): string {
  const { executionId, service, generation, from, size, attempt } = checked(bundle);
  return [executionId, service, generation, from, size, attempt].join("-");
}

export function readJobName(text: string): BundleId | undefined {
  return read(/^([^-]+)-(.+)-(\d+)-(\d+)-(\d+)-(\d+)$/.exec(text));
}

/** ECS runs a call with the same token once. At most 64 characters. */
export function clientToken(bundle: BundleId): string {
  return hashOf(startedBy(bundle), 64);
}

function checked(bundle: BundleId): BundleId {
  if (!EXECUTION.test(bundle.executionId) || !SERVICE.test(bundle.service))
    throw new Error(`${bundle.executionId}/${bundle.service} must be letters, digits, - and _.`);
  return bundle;
}

function read(found: RegExpExecArray | null): BundleId | undefined {
  const [, executionId, service, ...numbers] = found ?? [];
  const [generation, from, size, attempt] = numbers.map(Number);
  if (executionId === undefined || service === undefined) return undefined;
  if (!EXECUTION.test(executionId) || !SERVICE.test(service)) return undefined;
  if (generation === undefined || from === undefined) return undefined;
  if (size === undefined || attempt === undefined) return undefined;
  return { executionId, service, generation, from, size, attempt };
}
