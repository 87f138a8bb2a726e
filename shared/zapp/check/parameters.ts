// Declared parameters: a default must pass its own rules, and a pattern must be one that ends in time.
import { type Fault, under } from "#shared/fault.ts";
import { wrongIn } from "#shared/zapp/parameter-value.ts";
import type { Sketch } from "#shared/zapp/sketch.ts";
import { type WrittenParameter, writtenParameter } from "#shared/zapp/written-parameter.ts";

export function checkParameterDeclarations(sketch: Sketch): Fault[] {
  return Object.entries(sketch.parameters).flatMap(([name, declared]) => {
    const parameter = writtenParameter.safeParse(declared);
    return parameter.success ? checkDeclaration(parameter.data, under("/parameters", name)) : [];
  });
}

function checkDeclaration(parameter: WrittenParameter, pointer: string): Fault[] {
  const faults = checkRules(parameter, pointer);
  if (faults.length > 0 || parameter.default === undefined) return faults;
  return wrongIn(parameter, parameter.default).map((wrong) => ({
    pointer: `${pointer}/default${wrong.pointer}`,
    detail: wrong.detail.replace(
      /^Wanted/,
      "The default must pass the parameter's own rules: wanted",
    ),
  }));
}

function checkRules(parameter: WrittenParameter, pointer: string): Fault[] {
  switch (parameter.type) {
    case "integer":
    case "number":
      return ordered(pointer, "minimum", parameter.minimum, "maximum", parameter.maximum);
    case "array":
      return ordered(pointer, "minItems", parameter.minItems, "maxItems", parameter.maxItems);
    case "string":
      return [
        ...ordered(pointer, "minLength", parameter.minLength, "maxLength", parameter.maxLength),
        ...checkPattern(parameter.pattern, pointer),
        ...checkSecret(parameter, pointer),
      ];
    case "choice":
      return parameter.choices.flatMap((choice, index) => {
        if (parameter.choices.indexOf(choice) === index) return [];
        return [
          {
            pointer: `${pointer}/choices/${index}`,
            detail: `The choice ${choice} is there twice; leave one out.`,
          },
        ];
      });
    case "boolean":
    case "dataset":
      return [];
  }
}

function ordered(
  pointer: string,
  low: string,
  least: number | undefined,
  high: string,
  most: number | undefined,
): Fault[] {
  if (least === undefined || most === undefined || least <= most) return [];
  return [
    {
      pointer: `${pointer}/${low}`,
      detail: `Wanted ${low} of at most ${high}, which is ${most}; got ${least}.`,
    },
  ];
}

function checkSecret(
  parameter: { secret?: boolean | undefined; default?: unknown },
  pointer: string,
): Fault[] {
  if (parameter.secret !== true || parameter.default === undefined) return [];
  return [
    {
      pointer: `${pointer}/default`,
      detail: "A secret parameter can't have a default: the description is stored and shown.",
    },
  ];
}

/** Patterns run on the server against what people send: what could take for ever on some text is refused. */
const MOST_REPETITIONS = 4;

function checkPattern(pattern: string | undefined, pointer: string): Fault[] {
  if (pattern === undefined) return [];
  const at = `${pointer}/pattern`;
  if (!compiles(pattern))
    return [
      { pointer: at, detail: `Wanted a regular expression; "${pattern}" can't be read as one.` },
    ];
  const plain = pattern.replaceAll(/\\./g, "x").replaceAll(/\[[^\]]*\]/g, "x");
  const repeatsGroup = /\)[*+{]/.test(plain);
  const repetitions = plain.match(/[*+]|\{\d+,/g)?.length ?? 0;
  if (!repeatsGroup && repetitions <= MOST_REPETITIONS && !/\\[1-9k]/.test(pattern)) return [];
  const detail = `Wanted a simple regular expression, without repeated groups and back references and with at most ${MOST_REPETITIONS} repetitions; "${pattern}" could take for ever on some texts.`;
  return [{ pointer: at, detail }];
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern, "u");
    return true;
  } catch {
    // A SyntaxError is the answer itself.
    return false;
  }
}
