// What the template makes: storage, queues, functions, network, backends, as a table of statements.
import { Match, type Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { AWS_FUNCTIONS, BATCH_QUEUES } from "#shared/aws-names.ts";
import { AwsEnv } from "#shared/env.ts";
import { all, one, text } from "./look.ts";
import { templateOf } from "./synthesized.ts";

const template = templateOf();

/** Type, the properties that must be there, and how many have them. */
type Fact = readonly [type: string, properties: Readonly<Record<string, unknown>>, count: number];

const FACTS: Readonly<Record<string, Fact>> = {
  "both tables are paid by request": [
    "AWS::DynamoDB::Table",
    { BillingMode: "PAY_PER_REQUEST" },
    2,
  ],
  "both tables forget by expiresAt": [
    "AWS::DynamoDB::Table",
    { TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true } },
    2,
  ],
  "the control table alone can be set back in time": [
    "AWS::DynamoDB::Table",
    { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
    1,
  ],
  "the bucket is closed to the public and encrypted": [
    "AWS::S3::Bucket",
    {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: Match.anyValue(),
    },
    1,
  ],
  "uploads that broke are removed": [
    "AWS::S3::Bucket",
    {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } }),
        ]),
      },
    },
    1,
  ],
  "control queues put a message aside after ten failures": [
    "AWS::SQS::Queue",
    { RedrivePolicy: Match.objectLike({ maxReceiveCount: 10 }) },
    4,
  ],
  "no queue is first-in-first-out": ["AWS::SQS::Queue", { FifoQueue: Match.absent() }, 5],
  "wake-ups of the scheduler are gathered for a second, up to a thousand": [
    "AWS::Lambda::EventSourceMapping",
    { BatchSize: 1000, MaximumBatchingWindowInSeconds: 1 },
    1,
  ],
  "at most two launch at once, and no other mapping has a maximum": [
    "AWS::Lambda::EventSourceMapping",
    { ScalingConfig: { MaximumConcurrency: 2 } },
    1,
  ],
  "a failed message comes again alone": [
    "AWS::Lambda::EventSourceMapping",
    { FunctionResponseTypes: ["ReportBatchItemFailures"] },
    4,
  ],
  "functions on a loop are not cut after sixteen rounds": [
    "AWS::Lambda::Function",
    { RecursiveLoop: "Allow" },
    5,
  ],
  "no function reserves concurrency, which an account of ten has none of": [
    "AWS::Lambda::Function",
    { ReservedConcurrentExecutions: Match.absent() },
    8,
  ],
  "the sweep comes every minute, by a rule that nobody changes": [
    "AWS::Events::Rule",
    { ScheduleExpression: "rate(1 minute)", State: "ENABLED" },
    1,
  ],
  "of the children of arrays only the ends are heard": [
    "AWS::Events::Rule",
    {
      EventPattern: {
        source: ["aws.batch"],
        "detail-type": ["Batch Job State Change"],
        detail: Match.objectLike({
          status: ["SUCCEEDED", "FAILED"],
          arrayProperties: { index: [{ exists: true }] },
        }),
      },
    },
    1,
  ],
  "subnets give public addresses, for there is no NAT": [
    "AWS::EC2::Subnet",
    { MapPublicIpOnLaunch: true },
    2,
  ],
  "endpoints are gateways, which cost nothing": [
    "AWS::EC2::VPCEndpoint",
    { VpcEndpointType: "Gateway" },
    2,
  ],
  "the cluster runs Fargate and Fargate Spot": [
    "AWS::ECS::ClusterCapacityProviderAssociations",
    { CapacityProviders: ["FARGATE", "FARGATE_SPOT"] },
    1,
  ],
  "EC2 environments keep nothing while nothing runs": [
    "AWS::Batch::ComputeEnvironment",
    { ComputeResources: Match.objectLike({ Type: "EC2", MinvCpus: 0 }) },
    6,
  ],
  "queues share fairly from birth": [
    "AWS::Batch::JobQueue",
    { SchedulingPolicyArn: Match.anyValue() },
    5,
  ],
  "a job that can never start is ended": [
    "AWS::Batch::JobQueue",
    { JobStateTimeLimitActions: Match.anyValue() },
    5,
  ],
  "nodes of an EFA gang lie close together": [
    "AWS::Batch::ComputeEnvironment",
    { ComputeResources: Match.objectLike({ PlacementGroup: Match.anyValue() }) },
    2,
  ],
  "hosts keep their metadata to themselves": [
    "AWS::EC2::LaunchTemplate",
    {
      LaunchTemplateData: Match.objectLike({
        MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
      }),
    },
    2,
  ],
  "one host template has one EFA card, at device 0": [
    "AWS::EC2::LaunchTemplate",
    {
      LaunchTemplateData: Match.objectLike({
        NetworkInterfaces: [
          Match.objectLike({
            InterfaceType: "efa",
            DeviceIndex: 0,
            AssociatePublicIpAddress: true,
          }),
        ],
      }),
    },
    1,
  ],
  "one alarm watches": ["AWS::CloudWatch::Alarm", {}, 1],
};

describe("the template", () => {
  for (const [fact, [type, properties, count]] of Object.entries(FACTS)) {
    test(fact, () => template.resourcePropertiesCountIs(type, properties, count));
  }
});

const NONE: Readonly<Record<string, string>> = {
  "AWS::EC2::NatGateway": "33 USD a month each",
  "AWS::EC2::EIP": "an address is paid while it is kept",
  "AWS::ElasticLoadBalancingV2::LoadBalancer": "16 USD a month",
  "AWS::KMS::Key": "1 USD a month, and a bill for each use",
  "AWS::SecretsManager::Secret": "0.40 USD a month",
  "Custom::S3AutoDeleteObjects": "`npm run destroy` empties the bucket",
  "AWS::ECS::Service": "`forever` is relaunched by us",
};

describe("the template has none of", () => {
  for (const [type, reason] of Object.entries(NONE)) {
    test(`${type}: ${reason}`, () => template.resourceCountIs(type, 0));
  }
});

describe("functions", () => {
  test("each has a handler of its own name", () => {
    const names = all(template, "AWS::Lambda::Function").map(
      ({ Properties: { FunctionName } }) => FunctionName,
    );
    expect(names.sort()).toEqual(AWS_FUNCTIONS.map((name) => `zoe-${name}`).sort());
  });

  test("each has the environment that the schema asks for, and no name beside it", () => {
    for (const { Properties } of all(template, "AWS::Lambda::Function")) {
      const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
      const { NODE_OPTIONS, ...ours } = Variables;
      expect(NODE_OPTIONS).toBe("--enable-source-maps");
      const read = Object.fromEntries(
        Object.entries(ours).map(([name, value]) => [
          name,
          name === "ZOE_IMAGES" ? "{}" : text(value),
        ]),
      );
      expect(AwsEnv.strict().parse(read)).toMatchObject({ ZOE_STACK: "zoe" });
    }
  });

  test("a batch has time to end before its messages come again", () => {
    const seconds = new Map(
      all(template, "AWS::Lambda::Function").map(({ id, Properties }) => [
        `<${id}>`,
        Number(Properties.Timeout),
      ]),
    );
    const mappings = all(template, "AWS::Lambda::EventSourceMapping");
    for (const { Properties } of mappings) {
      const timeout = seconds.get(text(Properties.FunctionName)) ?? Number.NaN;
      const queue = text(Properties.EventSourceArn).slice(1, -".Arn>".length);
      const { VisibilityTimeout } = one(template, "AWS::SQS::Queue", queue).Properties;
      expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(6 * timeout);
    }
    expect(mappings).toHaveLength(4);
  });
});

test("Batch's queues have the names by which functions find them", () => {
  const names = all(template, "AWS::Batch::JobQueue").map((queue) => queue.Properties.JobQueueName);
  expect(names).toEqual(BATCH_QUEUES.map((name) => `zoe_${name}`));
});

test("programs that serve nobody let nobody in", () => {
  const closed = one(template, "AWS::EC2::SecurityGroup", "NetworkClosed");
  expect(closed.Properties.SecurityGroupIngress).toBeUndefined();
  const groups = all(template, "AWS::EC2::SecurityGroupIngress").map(
    ({ Properties: { GroupId } }) => text(GroupId),
  );
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatch(/^<NetworkGang/);
});

test("a template names no account, region or zone", () => {
  const whole = JSON.stringify(template.toJSON());
  expect(whole).not.toMatch(/\b\d{12}\b|us-east-1|eu-[a-z]+-\d/);
});

describe("a clinical stack", () => {
  const clinical: Template = templateOf({ ZOE_STACK: "ward", ZOE_CLINICAL: "true" });

  test("outlives its removal with all its data", () => {
    for (const type of ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key"]) {
      for (const resource of all(clinical, type)) expect(resource.DeletionPolicy).toBe("Retain");
    }
  });

  test("encrypts tables, queues, bucket, logs and environments with its own key", () => {
    const key = { "Fn::GetAtt": [one(clinical, "AWS::KMS::Key").id, "Arn"] };
    clinical.allResourcesProperties("AWS::SQS::Queue", { KmsMasterKeyId: key });
    clinical.allResourcesProperties("AWS::Logs::LogGroup", { KmsKeyId: key });
    clinical.allResourcesProperties("AWS::Lambda::Function", { KmsKeyArn: key });
    clinical.allResourcesProperties("AWS::DynamoDB::Table", {
      SSESpecification: { KMSMasterKeyId: key, SSEEnabled: true, SSEType: "KMS" },
    });
  });

  test("records who talked to whom, and can set both tables back in time", () => {
    clinical.resourceCountIs("AWS::EC2::FlowLog", 1);
    clinical.resourcePropertiesCountIs(
      "AWS::DynamoDB::Table",
      { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
      2,
    );
  });
});
