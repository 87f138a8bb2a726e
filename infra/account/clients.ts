// The clients by which an account is looked at and tidied. Tests pass a configuration that leads to a double.
import { BatchClient } from "@aws-sdk/client-batch";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient, type STSClientConfig } from "@aws-sdk/client-sts";

export type ClientConfig = Pick<STSClientConfig, "region" | "credentials" | "endpoint">;

/** Region and credentials come from the environment and `~/.aws`, as for `aws` itself, unless given. */
export function accountClients(config: ClientConfig = {}) {
  return {
    batch: new BatchClient(config),
    stacks: new CloudFormationClient(config),
    logs: new CloudWatchLogsClient(config),
    ec2: new EC2Client(config),
    images: new ECRClient(config),
    ecs: new ECSClient(config),
    iam: new IAMClient(config),
    s3: new S3Client({ ...config, forcePathStyle: config.endpoint !== undefined }),
    secrets: new SecretsManagerClient(config),
    quotas: new ServiceQuotasClient(config),
    sqs: new SQSClient(config),
    sts: new STSClient(config),
  };
}

export type AccountClients = ReturnType<typeof accountClients>;
