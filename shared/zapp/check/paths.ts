// Paths: data lies below the instance's own work folder, in every engine, so that one description runs everywhere.
import { type Fault, quote } from "#shared/fault.ts";
import { hasTemplate } from "#shared/template.ts";
import { listOf, recordOf } from "#shared/zapp/json.ts";
import type { ServiceSketch, Sketch } from "#shared/zapp/sketch.ts";

export function checkPaths(sketch: Sketch): Fault[] {
  return sketch.services.flatMap((service) => [
    ...eachOf(service, "inputs", "to", whyNotBelow),
    ...eachOf(service, "outputs", "path", whyNotBelow),
    ...eachOf(service, "outputs", "to", whyNoTarget),
    ...eachOf(service, "volumes", "path", whyNotInside),
    ...Object.keys(recordOf(service.fields.files)).flatMap((path) =>
      fault(service.at("files", path), whyNotBelow(path)),
    ),
    ...fault(
      service.at("checkpoint", "path"),
      whyNotBelow(recordOf(service.fields.checkpoint).path),
    ),
  ]);
}

type Why = (value: unknown) => string | undefined;

function eachOf(service: ServiceSketch, field: string, key: string, why: Why): Fault[] {
  return listOf(service.fields[field]).flatMap((item, index) =>
    fault(service.at(field, index, key), why(recordOf(item)[key])),
  );
}

function fault(pointer: string, detail: string | undefined): Fault[] {
  return detail === undefined ? [] : [{ pointer, detail }];
}

function whyNotBelow(path: unknown): string | undefined {
  if (typeof path !== "string") return undefined;
  if (!/^([/\\~]|[A-Za-z]:)/.test(path) && !climbs(path)) return undefined;
  return `Wanted a path below the instance's own work folder, such as data/scan.bin; got ${quote(path)}.`;
}

/** A volume may be mounted anywhere, as images want it. */
function whyNotInside(path: unknown): string | undefined {
  if (typeof path !== "string" || !climbs(path)) return undefined;
  return `Wanted a path without .. in it; got ${quote(path)}.`;
}

function climbs(path: string): boolean {
  return path.split(/[/\\]/).includes("..");
}

function whyNoTarget(to: unknown): string | undefined {
  if (typeof to !== "string" || to === "results" || hasTemplate(to)) return undefined;
  if (/^[a-z][a-z0-9+.-]*:\/\/./.test(to)) return undefined;
  return `Wanted \`results\`, or an address such as s3://bucket/folder; got ${quote(to)}.`;
}
