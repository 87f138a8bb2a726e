// awsQuery: input as a form (`Tags.member.1.Key=...`), output as XML inside OperationResult.
import { XmlShapeSerializer } from "@aws-sdk/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";
import { checkOutput, type Model } from "../model.ts";
import type { Asked, Protocol, WireRequest, WireResponse } from "../service.ts";
import { factsOf, unknownOperation } from "./errors.ts";

export function queryProtocol(service: string, model: Model): Protocol {
  return {
    read: (request) => read(service, model, request),
    write: (operation, output, requestId) => {
      const schema = model.operations.get(operation)?.output;
      if (schema === undefined) throw unknownOperation(service, operation);
      checkOutput(schema, output, operation);
      const inner = schema.isUnitSchema() ? "" : membersOf(schema, output);
      return respond(
        200,
        requestId,
        `<${operation}Response xmlns="${model.xmlNamespace}"><${operation}Result>${inner}</${operation}Result>` +
          `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
      );
    },
    fail: (error, requestId) => {
      const { status, isSender, queryCode } = factsOf(model, error);
      return respond(
        status,
        requestId,
        `<ErrorResponse xmlns="${model.xmlNamespace}"><Error><Type>${isSender ? "Sender" : "Receiver"}</Type>` +
          `<Code>${queryCode ?? error.code}</Code><Message>${escaped(error.message)}</Message></Error>` +
          `<RequestId>${requestId}</RequestId></ErrorResponse>`,
      );
    },
  };
}

function read(service: string, model: Model, request: WireRequest): Asked {
  const form = new URLSearchParams(Buffer.from(request.body).toString());
  const operation = form.get("Action") ?? "";
  const schema = model.operations.get(operation)?.input;
  if (schema === undefined) throw unknownOperation(service, operation);
  const input = schema.isUnitSchema() ? {} : (valueAt(schema, form, "") ?? {});
  return { operation, input: input as object };
}

/** What the form has under a name, as the schema reads it; undefined where it has nothing. */
function valueAt(schema: NormalizedSchema, form: URLSearchParams, name: string): unknown {
  if (schema.isStructSchema()) return structAt(schema, form, name);
  if (schema.isListSchema()) return listAt(schema, form, name);
  if (schema.isMapSchema()) return mapAt(schema, form, name);
  const text = form.get(name);
  if (text === null) return undefined;
  if (schema.isNumericSchema()) return Number(text);
  if (schema.isBooleanSchema()) return text === "true";
  if (schema.isTimestampSchema()) return new Date(text);
  return schema.isBlobSchema() ? Buffer.from(text, "base64") : text;
}

function structAt(schema: NormalizedSchema, form: URLSearchParams, name: string): unknown {
  const struct: Record<string, unknown> = {};
  for (const [member, memberSchema] of schema.structIterator()) {
    const key = (memberSchema.getMergedTraits().xmlName as string | undefined) ?? member;
    const value = valueAt(memberSchema, form, name === "" ? key : `${name}.${key}`);
    if (value !== undefined) struct[member] = value;
  }
  return name === "" || Object.keys(struct).length > 0 ? struct : undefined;
}

function listAt(schema: NormalizedSchema, form: URLSearchParams, name: string): unknown {
  const item = schema.getValueSchema();
  const step = (item.getMergedTraits().xmlName as string | undefined) ?? "member";
  const prefix = schema.getMergedTraits().xmlFlattened ? name : `${name}.${step}`;
  const list = [...numbered((n) => valueAt(item, form, `${prefix}.${n}`))];
  return list.length > 0 || form.has(name) ? list : undefined;
}

function mapAt(schema: NormalizedSchema, form: URLSearchParams, name: string): unknown {
  const prefix = schema.getMergedTraits().xmlFlattened ? name : `${name}.entry`;
  const entry = (n: number) => {
    const key = form.get(`${prefix}.${n}.key`);
    return key === null
      ? undefined
      : [key, valueAt(schema.getValueSchema(), form, `${prefix}.${n}.value`)];
  };
  const entries = [...numbered(entry)] as [string, unknown][];
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function* numbered<T>(at: (n: number) => T | undefined): Generator<T> {
  for (let n = 1; ; n++) {
    const value = at(n);
    if (value === undefined) return;
    yield value;
  }
}

function membersOf(schema: NormalizedSchema, output: object): string {
  const serializer = new XmlShapeSerializer({
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: false,
    xmlNamespace: "",
    serviceNamespace: "",
  });
  serializer.write(schema, output);
  const xml = String(serializer.flush());
  if (/^<[^>]*\/>$/.test(xml)) return "";
  return xml.slice(xml.indexOf(">") + 1, xml.lastIndexOf("</"));
}

export function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function respond(status: number, requestId: string, xml: string): WireResponse {
  const headers = { "content-type": "text/xml", "x-amzn-requestid": requestId };
  return { status, headers, body: Buffer.from(xml) };
}
