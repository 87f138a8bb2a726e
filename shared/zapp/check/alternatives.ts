// Fields that go together, or only without each other.
import type { Fault } from "#shared/fault.ts";
import { isRecord, type JsonRecord, listOf } from "#shared/zapp/json.ts";
import type { ServiceSketch, Sketch } from "#shared/zapp/sketch.ts";

export function checkAlternatives(sketch: Sketch): Fault[] {
  return [
    ...checkZapp(sketch),
    ...sketch.services.flatMap((service) => [
      ...checkProgram(service),
      ...checkHealth(service),
      ...checkNeeds(service),
    ]),
    ...sketch.routes.flatMap(({ route, pointer }) => checkRoute(route, pointer)),
  ];
}

function checkZapp({ document }: Sketch): Fault[] {
  if (document.services !== undefined || document.uses !== undefined) return [];
  return [
    {
      pointer: "/services",
      detail: "Wanted a list of at least one service, or a framework under `uses`; it is missing.",
    },
  ];
}

function checkProgram(service: ServiceSketch): Fault[] {
  const { image, program, framework, command, script } = service.fields;
  const faults: Fault[] = [];
  if (image === undefined && program === undefined && framework === undefined) {
    const detail =
      "Wanted `image` (for containers) or `program` (a folder of the zapp, for processes), or both; got none.";
    faults.push({ pointer: service.pointer, detail });
  }
  if (command !== undefined && script !== undefined) {
    faults.push({
      pointer: service.at("script"),
      detail: "Wanted either `command` or `script`; got both.",
    });
  }
  if (
    program !== undefined &&
    image === undefined &&
    command === undefined &&
    script === undefined &&
    framework === undefined
  ) {
    faults.push({
      pointer: service.pointer,
      detail:
        "Wanted `command` or `script`: a program's folder does not say by itself what to run.",
    });
  }
  if (
    typeof program === "string" &&
    (/^[/\\]/.test(program) || program.split(/[/\\]/).includes(".."))
  ) {
    faults.push({
      pointer: service.at("program"),
      detail: `Wanted a folder inside the zapp's own, such as . or bin; got "${program}".`,
    });
  }
  return faults;
}

function checkHealth(service: ServiceSketch): Fault[] {
  const health = service.fields.health;
  if (!isRecord(health)) return [];
  const ways = ["http", "tcp", "command"].filter((way) => health[way] !== undefined);
  if (ways.length !== 1) {
    const came = ways.length === 0 ? "none" : ways.join(" and ");
    return [
      {
        pointer: service.at("health"),
        detail: `Wanted one of http, tcp and command; got ${came}.`,
      },
    ];
  }
  if (health.http !== undefined && health.port === undefined) {
    return [
      {
        pointer: service.at("health", "port"),
        detail: "Wanted the port to ask, beside `http`; it is missing.",
      },
    ];
  }
  if (health.http === undefined && health.port !== undefined) {
    return [
      {
        pointer: service.at("health", "port"),
        detail: "`port` belongs to `http`; write `tcp: 8080` for a port alone.",
      },
    ];
  }
  return [];
}

function checkNeeds(service: ServiceSketch): Fault[] {
  return listOf(service.fields.needs)
    .filter(isRecord)
    .flatMap((need, index) => {
      const { bucket, access, zoe } = need;
      const isWhole =
        (bucket === undefined) === (access === undefined) &&
        (bucket === undefined) !== (zoe === undefined);
      if (isWhole) return [];
      return [
        {
          pointer: service.at("needs", index),
          detail: "Wanted either { bucket: name, access: read } or { zoe: submit }.",
        },
      ];
    });
}

function checkRoute(route: JsonRecord, pointer: string): Fault[] {
  const { by, to, else: otherwise } = route;
  if (by === undefined && to !== undefined) {
    return [
      {
        pointer: `${pointer}/by`,
        detail:
          "Wanted a JSON pointer into the result, such as /topic, that says what `to` tells apart; it is missing.",
      },
    ];
  }
  if (by !== undefined && to === undefined) {
    return [
      {
        pointer: `${pointer}/to`,
        detail: "Wanted the values of the result, each with its queue; it is missing.",
      },
    ];
  }
  if (
    by === undefined &&
    (otherwise === undefined || otherwise === "drop" || otherwise === "deadLetter")
  ) {
    return [
      {
        pointer: `${pointer}/by`,
        detail:
          "Wanted `by` and `to`, or `else` with the queue that all results go to; it is missing.",
      },
    ];
  }
  return [];
}
