// The HTTP API before the api function: requests as events of payload 2.0, answers as they leave it.
import type { Invoked } from "#test/aws/lambda/function.ts";

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: answers of all shapes.
  readonly json: any;
}

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface Api {
  /** As the gateway does it, for requests of any client. */
  pass(asked: Asked): Promise<Answered>;
  /** As the administrator, with and for JSON. */
  ask(method: string, path: string, body?: unknown): Promise<Answered>;
}

export function apiOf(invoke: (event: object) => Promise<Invoked>, token: string): Api {
  const pass = async (asked: Asked) => answerOf(await invoke(eventOf(asked)));
  return {
    pass,
    ask: (method, path, body) =>
      pass({
        ...{ method, path },
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) }),
      }),
  };
}

/** docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
function eventOf({ method, path, headers = {}, body }: Asked): object {
  const [rawPath = "/", rawQueryString = ""] = path.split(/\?(.*)/s);
  return {
    ...{ version: "2.0", routeKey: "$default", rawPath, rawQueryString },
    headers: { host: "abc.execute-api.us-east-1.amazonaws.com", ...headers },
    requestContext: {
      ...{ accountId: "123456789012", apiId: "abc", domainName: "abc", domainPrefix: "abc" },
      ...{ requestId: "r", routeKey: "$default", stage: "$default", timeEpoch: 0 },
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "1.2.3.4", userAgent: "test" },
    },
    body: body && Buffer.from(body).toString("base64"),
    isBase64Encoded: body !== undefined,
  };
}

/** What fails, or finds no room, the gateway answers itself. */
function answerOf(invoked: Invoked): Answered {
  if (invoked.kind !== "answered") {
    const status = invoked.kind === "throttled" ? 429 : 503;
    const json = { message: "Service Unavailable" };
    return { status, headers: {}, bytes: Buffer.from(JSON.stringify(json)), json };
  }
  const { statusCode, headers, body, isBase64Encoded } = invoked.answer as {
    readonly statusCode: number;
    readonly headers: Record<string, string>;
    readonly body: string;
    readonly isBase64Encoded: boolean;
  };
  const bytes = Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
  const isJson = (headers["content-type"] ?? "").includes("json");
  return {
    status: statusCode,
    headers,
    bytes,
    json: isJson ? JSON.parse(bytes.toString()) : undefined,
  };
}
