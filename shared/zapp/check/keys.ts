// Keys and passwords: what looks like one may not stand in a description, which is stored and shown. Its value is never repeated in a fault.
import { type Fault, under } from "#shared/fault.ts";
import { hasTemplate } from "#shared/template.ts";
import { isRecord, recordOf } from "#shared/zapp/json.ts";
import { originOf, type Sketch } from "#shared/zapp/sketch.ts";

/** Formats that only keys have. */
const KEY_FORMATS: readonly RegExp[] = [
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(ghp|gho|ghs|ghu|github_pat)_[A-Za-z0-9_]{20,}/,
  /\bglpat-[A-Za-z0-9_-]{20,}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\bsk-(?=[\w-]*[0-9])(?=[\w-]*[A-Z])[\w-]{20,}/,
  /\bAIza[A-Za-z0-9_-]{35}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:[^\s:/@$]{3,}@/,
];

const KEY_NAME =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|AUTH_?KEY)(_|$)/i;
/** Names that hold where a key is, or how long it lives, rather than the key. */
const NO_KEY_NAME = /_(FILE|PATH|URL|URI|NAME|ID|TTL|TIMEOUT|LENGTH|COUNT|LIMIT|TYPE|HEADER)$/i;
const SHORTEST_KEY = 6;

const ADVICE =
  "Descriptions are stored and shown: store it with `zoe secret`, and name it under `secrets`";

export function checkKeys(sketch: Sketch, isFilled: boolean): Fault[] {
  return sketch.services.flatMap((service) => {
    const variables = Object.entries(recordOf(service.fields.environment));
    const { environment: _, ...others } = service.fields;
    return [
      ...variables
        .filter(([name, value]) => isKey(name, value, isFilled))
        .map(([name]) => ({
          pointer: service.at("environment", name),
          detail: `The value of ${name} looks like a key or a password. ${ADVICE}: \`secrets: { ${name}: my-secret }\`.`,
        })),
      ...textsIn(others, "")
        .filter(({ text }) => hasKeyFormat(text))
        .map(({ pointer }) => ({
          pointer: originOf(service, pointer),
          detail: `Something here looks like a key or a password. ${ADVICE}; the program finds it in its environment.`,
        })),
    ];
  });
}

/** When templates are filled their values are judged by their form only: `${execution.id}` is a fine token for a cluster of one's own. */
function isKey(name: string, value: unknown, isFilled: boolean): boolean {
  if (typeof value !== "string") return false;
  if (hasKeyFormat(value)) return true;
  if (isFilled || hasTemplate(value)) return false;
  const isNamedSo = KEY_NAME.test(name) && !NO_KEY_NAME.test(name);
  return (isNamedSo && value.length >= SHORTEST_KEY && !/^[/.]/.test(value)) || isRandom(value);
}

function hasKeyFormat(text: string): boolean {
  return KEY_FORMATS.some((format) => format.test(text));
}

/** Long, of one piece, with small and capital letters and digits in no order, as random bytes in base 64 are. */
function isRandom(value: string): boolean {
  const isOnePiece = /^[A-Za-z0-9+/_-]{32,}={0,2}$/.test(value) && !value.startsWith("/");
  return (
    isOnePiece &&
    [/[a-z]/, /[A-Z]/, /[0-9]/].every((kind) => kind.test(value)) &&
    changes(value) > value.length / 3
  );
}

/** How often a letter case or digit follows something of another kind. */
function changes(value: string): number {
  const kind = (character: string) =>
    [/[a-z]/, /[A-Z]/, /[0-9]/].findIndex((each) => each.test(character));
  const kinds = [...value].map(kind);
  return kinds.filter((each, index) => index > 0 && each !== kinds[index - 1]).length;
}

function textsIn(value: unknown, pointer: string): { text: string; pointer: string }[] {
  if (typeof value === "string") return [{ text: value, pointer }];
  if (Array.isArray(value))
    return value.flatMap((item, index) => textsIn(item, under(pointer, index)));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, under(pointer, key)));
}
