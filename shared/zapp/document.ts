// A document as a whole: its size, its depth, and the order of what stands in it.
import { type Fault, stepsOf } from "#shared/fault.ts";
import { isDeeperThan, isRecord, own } from "./json.ts";
import { LIMITS } from "./limits.ts";

/** What makes a document unreadable as a whole; nothing else is worth telling then. */
export function whyUnreadable(document: unknown): Fault[] {
  if (isDeeperThan(document, LIMITS.depth)) {
    const detail = `Wanted lists and objects at most ${LIMITS.depth} levels deep; got a deeper one.`;
    return [{ pointer: "", detail }];
  }
  const bytes = bytesOf(document);
  if (bytes > LIMITS.descriptionBytes) {
    const detail = `Wanted a description of at most ${LIMITS.descriptionBytes} bytes; got ${bytes}.`;
    return [{ pointer: "", detail }];
  }
  const version = isRecord(document) ? own(document, "version") : undefined;
  if (typeof version === "number" && version !== 4) {
    const older =
      version < 4 ? " Descriptions of formats 0 to 3 must be converted to format 4 first." : "";
    return [{ pointer: "/version", detail: `Wanted version: 4; got ${version}.${older}` }];
  }
  return [];
}

export function bytesOf(document: unknown): number {
  return new TextEncoder().encode(JSON.stringify(document) ?? "").length;
}

/** As they stand in the document, each told once, at most 200; what is missing comes last in its place. */
export function inOrder(document: unknown, faults: readonly Fault[]): Fault[] {
  const first = faults.slice(0, LIMITS.faults);
  const told = new Map(first.map((fault) => [`${fault.pointer} ${fault.detail}`, fault]));
  const placed = [...told.values()].map((fault) => ({
    fault,
    place: placeOf(document, fault.pointer),
  }));
  return placed.sort((a, b) => compare(a.place, b.place)).map(({ fault }) => fault);
}

function placeOf(document: unknown, pointer: string): number[] {
  let at = document;
  return stepsOf(pointer).map((step) => {
    const keys = typeof at === "object" && at !== null ? Object.keys(at) : [];
    const place = keys.indexOf(step);
    at = place < 0 ? undefined : (at as Record<string, unknown>)[step];
    return place < 0 ? Number.POSITIVE_INFINITY : place;
  });
}

function compare(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((place, step) => place !== b[step]);
  if (differing < 0) return a.length - b.length;
  return (a[differing] ?? 0) < (b[differing] ?? -1) ? -1 : 1;
}
