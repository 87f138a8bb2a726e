// What a description says without any effect: no fault, but surely not what was meant.
import { type Fault, quote, under } from "#shared/fault.ts";
import { namesIn } from "#shared/template.ts";
import { isRecord, type JsonRecord, listOf, recordOf } from "#shared/zapp/json.ts";
import { parameterVariable } from "#shared/zapp/names.ts";
import type { ServiceSketch, Sketch } from "#shared/zapp/sketch.ts";

export function warningsOf(sketch: Sketch): Fault[] {
  return [
    ...sketch.queues.flatMap((name) => unusedQueue(sketch, name)),
    ...Object.entries(sketch.parameters).flatMap(([name, parameter]) =>
      unusedParameter(sketch, name, recordOf(parameter)),
    ),
    ...sketch.services.flatMap((service) => [
      ...scriptTemplates(sketch, service),
      ...arrayEffects(service),
      ...gangEffects(service),
      ...retryEffects(service),
      ...pullEffects(service),
    ]),
    ...shareEffects(sketch),
    ...idleEffects(sketch),
  ];
}

/** A queue that routes fill but nobody empties would hold its execution for ever. */
function unusedQueue(sketch: Sketch, name: string): Fault[] {
  const queuesOf = ({ fields: { queue } }: ServiceSketch) =>
    typeof queue === "string" ? queue : "";
  const isLeased = sketch.services.some(
    (service) => queuesOf(service) === name || queuesOf(service).includes("${"),
  );
  if (isLeased) return [];
  const isFed = sketch.routes.some(
    ({ route }) => route.else === name || Object.values(recordOf(route.to)).includes(name),
  );
  const detail = isFed
    ? `No service leases tasks from the queue "${name}", so what is routed to it is never done.`
    : `No service leases tasks from the queue "${name}", so it has no effect.`;
  return [{ pointer: under("/queues", name), detail }];
}

function unusedParameter(sketch: Sketch, name: string, parameter: JsonRecord): Fault[] {
  const { parameters, ...document } = sketch.document;
  const variable = parameterVariable(name);
  const isMeasured = recordOf(recordOf(document.costModel).measured).input === name;
  const isUsed = someText(
    document,
    (text) => namesIn(text).includes(name) || mentions(text, variable),
  );
  if (isUsed || isMeasured || parameter.secret === true) return [];
  const detail = `Nothing here uses the parameter "${name}": no template \${${name}}, no script $${variable}.`;
  return [{ pointer: under("/parameters", name), detail }];
}

/** ZOE_PARAM_N is not mentioned by ZOE_PARAM_NAME. */
function mentions(text: string, variable: string): boolean {
  return text
    .split(variable)
    .slice(1)
    .some((rest) => !/^\w/.test(rest));
}

function someText(value: unknown, test: (text: string) => boolean): boolean {
  if (typeof value === "string") return test(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((item) => someText(item, test));
}

function scriptTemplates(sketch: Sketch, service: ServiceSketch): Fault[] {
  const { script } = service.fields;
  if (typeof script !== "string") return [];
  const names = new Set(namesIn(script).filter((name) => Object.hasOwn(sketch.parameters, name)));
  return [...names]
    .filter((name) => !script.includes(`${name}=`))
    .map((name) => ({
      pointer: service.at("script"),
      detail: `No template is replaced in a script: \${${name}} is the shell's own variable there. The parameter is $${parameterVariable(name)}.`,
    }));
}

function arrayEffects(service: ServiceSketch): Fault[] {
  const { count, atOnce } = service.fields;
  if (typeof count !== "number" || typeof atOnce !== "number" || atOnce < count) return [];
  return [
    {
      pointer: service.at("atOnce"),
      detail: `atOnce: ${atOnce} has no effect on ${count} copies.`,
    },
  ];
}

function gangEffects(service: ServiceSketch): Fault[] {
  const { nodes, onLostNode, inputs } = service.fields;
  const sharded =
    service.run === "gang"
      ? []
      : listOf(inputs).flatMap((input, index) =>
          recordOf(input).shardBy === undefined ? [] : [index],
        );
  const faults = sharded.map((index) => ({
    pointer: service.at("inputs", index, "shardBy"),
    detail: "shardBy has no effect here: only a gang has ranks.",
  }));
  if (nodes !== 1 || onLostNode === undefined) return faults;
  return [
    ...faults,
    {
      pointer: service.at("onLostNode"),
      detail: "onLostNode has no effect on a gang of one node.",
    },
  ];
}

function retryEffects(service: ServiceSketch): Fault[] {
  const retry = service.fields.retry;
  if (!isRecord(retry) || retry.attempts !== 1) return [];
  const idle = ["backoff", "on"].filter((field) => retry[field] !== undefined);
  return idle.map((field) => ({
    pointer: service.at("retry", field),
    detail: `${field} has no effect with attempts: 1, which counts the first try and so means no retry.`,
  }));
}

function pullEffects(service: ServiceSketch): Fault[] {
  const { pull, image, framework, program } = service.fields;
  if (pull === undefined || image !== undefined || framework !== undefined || program !== undefined)
    return [];
  return [{ pointer: service.at("pull"), detail: "pull has no effect without an image." }];
}

function shareEffects(sketch: Sketch): Fault[] {
  const sharing = sketch.services.filter(
    (service) => recordOf(service.fields.shareMax).group !== undefined,
  );
  return sharing.flatMap((service) => {
    const { group } = recordOf(service.fields.shareMax);
    const others = sharing.filter(
      (other) => other !== service && recordOf(other.fields.shareMax).group === group,
    );
    if (others.length > 0) return [];
    const detail = `No other service is in the group ${quote(group)}; use count.max for one service alone.`;
    return [{ pointer: service.at("shareMax"), detail }];
  });
}

function idleEffects(sketch: Sketch): Fault[] {
  const isSession = sketch.services.some((service) => service.run === "forever");
  if (sketch.document.idle === undefined || isSession || sketch.document.uses !== undefined)
    return [];
  return [
    {
      pointer: "/idle",
      detail: "idle has no effect: it stops what serves people, and no service has run: forever.",
    },
  ];
}
