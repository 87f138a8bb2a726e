// restJson1 and restXml: method and path name the operation; labels, query, headers and body carry its input as the model's traits say.
import type { NormalizedSchema } from "@smithy/core/schema";
import { checkOutput, type Model, type OperationModel } from "../model.ts";
import {
  type Asked,
  AwsError,
  type Protocol,
  type WireRequest,
  type WireResponse,
} from "../service.ts";
import { factsOf, unknownOperation } from "./errors.ts";
import { escaped } from "./query.ts";
import { type Route, routesOf } from "./route.ts";
import { headerText, isBound, type Traits, textValue } from "./text.ts";

export function restProtocol(service: string, model: Model): Protocol {
  const routes = routesOf(model);
  const isXml = model.protocol === "restXml";
  return {
    read: (request) => read(service, model, routes, request),
    write: (operation, output, requestId) => {
      const operationModel = model.operations.get(operation);
      if (operationModel === undefined) throw unknownOperation(service, operation);
      checkOutput(operationModel.output, output, operation);
      return write(model, operationModel, output as Record<string, unknown>, requestId);
    },
    fail: (error, requestId) => (isXml ? xmlError : jsonError)(model, error, requestId),
  };
}

async function read(
  service: string,
  model: Model,
  routes: readonly Route[],
  request: WireRequest,
): Promise<Asked> {
  const found = routes
    .map((route) => ({ route, labels: route.match(request) }))
    .filter(({ labels }) => labels !== undefined)
    .sort((a, b) => b.route.weight - a.route.weight)[0];
  if (found?.labels === undefined)
    throw unknownOperation(service, `${request.method} ${request.path}`);
  const { operation } = found.route;
  const input: Record<string, unknown> = {};
  if (!operation.input.isUnitSchema()) {
    for (const [member, schema] of operation.input.structIterator()) {
      const value = boundValue(member, schema, request, found.labels);
      if (value !== undefined) input[member] = value;
    }
    Object.assign(input, await bodyOf(model, operation.input, request));
  }
  return { operation: operation.name, input };
}

function boundValue(
  member: string,
  schema: NormalizedSchema,
  request: WireRequest,
  labels: Readonly<Record<string, string>>,
): unknown {
  const traits = schema.getMergedTraits() as Traits;
  if (member in labels && traits.httpLabel) return labels[member];
  if (traits.httpQuery) {
    const texts = request.query.get(traits.httpQuery);
    if (texts === undefined) return undefined;
    if (schema.isListSchema()) return texts.map((text) => textValue(schema.getValueSchema(), text));
    return textValue(schema, texts[0] ?? "");
  }
  if (traits.httpHeader) {
    const text = request.headers[traits.httpHeader.toLowerCase()];
    return text === undefined ? undefined : textValue(schema, text);
  }
  return traits.httpPrefixHeaders === undefined
    ? undefined
    : prefixed(request, traits.httpPrefixHeaders.toLowerCase());
}

function prefixed(request: WireRequest, prefix: string): Record<string, string> | undefined {
  const entries = Object.entries(request.headers)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, text]) => [name.slice(prefix.length), text] as const);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

async function bodyOf(
  model: Model,
  input: NormalizedSchema,
  request: WireRequest,
): Promise<object> {
  const members = [...input.structIterator()];
  const payload = members.find(([, schema]) => (schema.getMergedTraits() as Traits).httpPayload);
  if (payload !== undefined) {
    const [name, schema] = payload;
    if (schema.isBlobSchema()) return { [name]: request.body };
    if (schema.isStringSchema()) return { [name]: Buffer.from(request.body).toString() };
    return request.body.length === 0 ? {} : { [name]: await decode(model, schema, request.body) };
  }
  const isPlain = members.some(([, schema]) => !isBound(schema));
  if (!isPlain || request.body.length === 0) return {};
  return (await decode(model, input, request.body)) as object;
}

async function decode(model: Model, schema: NormalizedSchema, body: Uint8Array): Promise<unknown> {
  try {
    return await model.codec?.createDeserializer().read(schema, body);
  } catch (error) {
    const code = model.protocol === "restXml" ? "MalformedXML" : "SerializationException";
    throw new AwsError(code, `The body can't be read: ${error}`, { status: 400 });
  }
}

function write(
  model: Model,
  { output: schema, traits }: OperationModel,
  output: Record<string, unknown>,
  requestId: string,
): WireResponse {
  let status = (traits.http as readonly [string, string, number])[2];
  const headers: Record<string, string> = idHeaders(model, requestId);
  const inBody: Record<string, unknown> = {};
  let body: Uint8Array = new Uint8Array();
  const members = schema.isUnitSchema() ? [] : [...schema.structIterator()];
  for (const [name, member] of members) {
    const value = output[name];
    const bound = member.getMergedTraits() as Traits;
    if (value === undefined) continue;
    if (bound.httpResponseCode) status = value as number;
    else if (bound.httpHeader) headers[bound.httpHeader.toLowerCase()] = headerText(member, value);
    else if (bound.httpPrefixHeaders !== undefined)
      for (const [key, text] of Object.entries(value as Record<string, string>))
        headers[`${bound.httpPrefixHeaders}${key}`.toLowerCase()] = text;
    else if (bound.httpPayload)
      body = member.isBlobSchema() ? (value as Uint8Array) : encode(model, member, value);
    else inBody[name] = value;
  }
  const hasBody = members.some(([, member]) => !isBound(member));
  if (hasBody) body = encode(model, schema, inBody);
  if (body.length > 0)
    headers["content-type"] ??= hasBody ? contentType(model) : "binary/octet-stream";
  // A part of an object has a status of its own, which the model leaves unsaid.
  if (headers["content-range"] !== undefined) status = 206;
  return { status, headers, body };
}

function encode(model: Model, schema: NormalizedSchema, value: unknown): Uint8Array {
  const serializer = model.codec?.createSerializer();
  serializer?.write(schema, value);
  const body = serializer?.flush() ?? "";
  return typeof body === "string" ? Buffer.from(body) : body;
}

function contentType(model: Model): string {
  return model.protocol === "restXml" ? "application/xml" : "application/json";
}

function idHeaders(model: Model, requestId: string): Record<string, string> {
  return { [model.protocol === "restXml" ? "x-amz-request-id" : "x-amzn-requestid"]: requestId };
}

function jsonError(model: Model, error: AwsError, requestId: string): WireResponse {
  const { status } = factsOf(model, error);
  const headers = {
    ...idHeaders(model, requestId),
    "content-type": "application/json",
    "x-amzn-errortype": error.code,
  };
  return {
    status,
    headers,
    body: Buffer.from(JSON.stringify({ message: error.message, ...error.fields })),
  };
}

function xmlError(model: Model, error: AwsError, requestId: string): WireResponse {
  const { status } = factsOf(model, error);
  const fields = Object.entries(error.fields).map(
    ([name, value]) => `<${name}>${escaped(String(value))}</${name}>`,
  );
  const xml =
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${error.code}</Code><Message>${escaped(error.message)}</Message>` +
    `${fields.join("")}<RequestId>${requestId}</RequestId></Error>`;
  return {
    status,
    headers: { ...idHeaders(model, requestId), "content-type": "application/xml" },
    body: Buffer.from(xml),
  };
}
