// The api function as Lambda loads it: environment and credentials from the process, the double behind a port.
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { LambdaContext, LambdaEvent } from "hono/aws-lambda";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Aws } from "#test/aws/aws.ts";
import { dynamodb } from "#test/aws/dynamodb.ts";
import { type Loopback, listen } from "#test/aws/loopback.ts";
import type { RecordedCall } from "#test/aws/recorder.ts";
import { tableInput } from "#test/aws/tables.ts";
import { anEnvironment } from "./environment.ts";

const ROLE = "arn:aws:iam::123456789012:role/zoe-api";
const calls: RecordedCall[] = [];
let loopback: Loopback;

beforeAll(async () => {
  const aws = new Aws({ services: [dynamodb()], recorder: (call) => calls.push(call) });
  const client = new DynamoDBClient(aws.client(ROLE));
  await client.send(new CreateTableCommand(tableInput("zoe-control")));
  loopback = await listen(aws);
  const { accessKeyId, secretAccessKey } = aws.credentials(ROLE);
  const own = {
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: loopback.url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  for (const [name, value] of Object.entries(anEnvironment(own))) vi.stubEnv(name, value);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await loopback.close();
});

test("it answers an event of the HTTP API, over the table that its environment names", async () => {
  const { handler } = await import("#functions/aws/handlers/api.ts");
  const http = { method: "GET", path: "/healthz", protocol: "HTTP/1.1", sourceIp: "1.2.3.4" };
  const event = {
    version: "2.0",
    rawPath: "/healthz",
    rawQueryString: "",
    headers: { host: "abc" },
    requestContext: { domainName: "abc", http },
    isBase64Encoded: false,
  };
  const answer = await handler(event as unknown as LambdaEvent, {} as LambdaContext);
  expect(answer).toMatchObject({ statusCode: 200, body: JSON.stringify({ status: "ok" }) });
  const read = calls.find(({ operation }) => operation === "GetItem");
  expect(read).toMatchObject({ principal: ROLE, input: { TableName: "zoe-control" } });
});
