// Members of a REST operation that travel outside the body: as text in a label, a query or a header.
import type { NormalizedSchema } from "@smithy/core/schema";

export interface Traits {
  readonly httpLabel?: 1;
  readonly httpQuery?: string;
  readonly httpQueryParams?: 1;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: 1;
  readonly httpResponseCode?: 1;
}

/** Travels outside the body, or is the whole of it. */
export function isBound(schema: NormalizedSchema): boolean {
  const traits = schema.getMergedTraits() as Traits;
  return Boolean(
    traits.httpLabel ||
      traits.httpQuery ||
      traits.httpQueryParams ||
      traits.httpHeader ||
      traits.httpPrefixHeaders !== undefined ||
      traits.httpPayload ||
      traits.httpResponseCode,
  );
}

export function textValue(schema: NormalizedSchema, text: string): unknown {
  if (schema.isListSchema())
    return text.split(",").map((part) => textValue(schema.getValueSchema(), part.trim()));
  if (schema.isNumericSchema()) return Number(text);
  if (schema.isBooleanSchema()) return text === "true";
  return schema.isTimestampSchema() ? new Date(text) : text;
}

export function headerText(schema: NormalizedSchema, value: unknown): string {
  if (value instanceof Date)
    return schema.getSchema() === DATE_TIME ? value.toISOString() : value.toUTCString();
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** The SDK's mark of a timestamp that is written as in RFC 3339, wherever it stands. */
const DATE_TIME = 5;
