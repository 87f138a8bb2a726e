// The SDK's clients, one of each for a function's life: connections outlive an invocation.
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { UNHEARD } from "./unheard.ts";

export interface AwsClients {
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly secrets: SecretsManagerClient;
  readonly logs: CloudWatchLogsClient;
}

/** What all of them share; region and credentials come from Lambda unless given. */
export type ClientConfig = Pick<
  DynamoDBClientConfig,
  "region" | "credentials" | "endpoint" | "requestHandler" | "retryStrategy" | "maxAttempts"
>;

/** A busy table is waited for: about 3 s in all. What starts tasks has clients of its own, which never send twice. */
const ATTEMPTS = 6;

export function awsClients(config: ClientConfig = {}): AwsClients {
  const shared = { maxAttempts: ATTEMPTS, logger: UNHEARD, ...config };
  return {
    dynamodb: new DynamoDBClient(shared),
    s3: new S3Client(shared),
    sqs: new SQSClient(shared),
    secrets: new SecretsManagerClient(shared),
    logs: new CloudWatchLogsClient(shared),
  };
}
