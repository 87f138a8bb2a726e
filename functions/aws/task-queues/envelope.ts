// A task as a message of SQS: its payload travels with it, so that a worker reads nothing else before it begins.
import type { Json } from "#functions/store.ts";
import type { Place } from "./records.ts";

export interface Envelope {
  readonly task: string;
  readonly payload: Json;
  readonly from: Place;
  /** Deliveries of earlier messages of the same task. */
  readonly seen: number;
  /** Redrives before it was sent. */
  readonly round: number;
}

export interface Wrapped extends Omit<Envelope, "payload"> {
  /** JSON text. */
  readonly payload: string;
}

export function wrap({ task, payload, from, seen, round }: Wrapped): string {
  const about = JSON.stringify({ task, ...from, seen, round });
  return `${about.slice(0, -1)},"payload":${payload}}`;
}

export function unwrap(body: string): Envelope {
  const { task, chunk, index, seen, round, payload } = JSON.parse(body);
  return { task, payload, from: chunk === undefined ? undefined : { chunk, index }, seen, round };
}
