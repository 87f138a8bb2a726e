// What each type of resource costs while nothing runs. A type that is not here is a fault: nobody has thought about its price.
import { HOURS_A_MONTH, type Item } from "./prices.ts";

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Why it costs nothing while idle, or what it does cost. */
export type Rule = string | ((id: string, resource: Resource) => readonly Item[]);

/** Lambda asks a queue without a break, each time for 20 s: two pollers, or five where concurrency has a maximum. */
const POLLS_A_MONTH = (HOURS_A_MONTH * 3600) / 20;
const POLLERS = 2;
const POLLERS_WITH_MAXIMUM = 5;

function mapping(id: string, { Properties = {} }: Resource): readonly Item[] {
  const pollers = Properties.ScalingConfig === undefined ? POLLERS : POLLERS_WITH_MAXIMUM;
  return [
    {
      what: `Asking the queue of ${nameOf(id)}`,
      quantity: pollers * POLLS_A_MONTH,
      price: "sqsRequest",
      because: `${pollers} pollers, 20 s each`,
    },
  ];
}

const SWEEPS_A_MONTH = HOURS_A_MONTH * 60;
const SWEEP_SECONDS = 0.08;
const SWEEP_GIB = 0.5;
/** The earliest due time and the placements of each of four shards, the waiting list, what is forgotten. */
const SWEEP_READS = 10;
/** Lambda's own three lines; ours says nothing when there is nothing. */
const SWEEP_LOG_BYTES = 400;

function rule(_: string, { Properties = {} }: Resource): readonly Item[] {
  const expression = Properties.ScheduleExpression;
  if (expression === undefined) return [];
  if (expression !== "rate(1 minute)")
    throw new Error(
      `A rule of schedule ${String(expression)} has no price yet: say what it starts.`,
    );
  const often = "every minute";
  return [
    { what: "Sweep: starts", quantity: SWEEPS_A_MONTH, price: "lambdaRequest", because: often },
    {
      what: "Sweep: time",
      quantity: SWEEPS_A_MONTH * SWEEP_SECONDS * SWEEP_GIB,
      price: "lambdaGibSecond",
      because: `${SWEEP_SECONDS * 1000} ms of 512 MiB, ${often}`,
    },
    {
      what: "Sweep: reads",
      quantity: SWEEPS_A_MONTH * SWEEP_READS,
      price: "databaseRead",
      because: `${SWEEP_READS} small reads, ${often}`,
    },
    {
      what: "Sweep: log",
      quantity: (SWEEPS_A_MONTH * SWEEP_LOG_BYTES) / 1e9,
      price: "logIngestion",
      because: `${SWEEP_LOG_BYTES} bytes, ${often}`,
    },
  ];
}

function table(id: string, { Properties = {} }: Resource): readonly Item[] {
  const recovery = Properties.PointInTimeRecoverySpecification as
    | { PointInTimeRecoveryEnabled?: boolean }
    | undefined;
  const what = nameOf(id);
  const stored: Item = {
    what: `${what} table: storage`,
    quantity: IDLE_TABLE_GB,
    price: "databaseStorage",
    because: "what 10,000 kept executions take, 5 KB each",
  };
  if (recovery?.PointInTimeRecoveryEnabled !== true) return [stored];
  const kept: Item = {
    ...{ what: `${what} table: point-in-time recovery`, quantity: IDLE_TABLE_GB },
    ...{ price: "databaseRecovery", because: stored.because },
  };
  return [stored, kept];
}

const IDLE_TABLE_GB = 0.05;

const alarm = (): readonly Item[] => [
  { what: "Alarm on dead letters", quantity: 1, price: "alarmMetric", because: "one metric" },
];

const key = (): readonly Item[] => [
  { what: "Key of a clinical stack", quantity: 1, price: "key", because: "its first version" },
];

const bucket = (): readonly Item[] => [
  {
    ...{ what: "Bucket: storage", quantity: 1, price: "bucketStorage" },
    because: "1 GB of inputs, outputs and logs kept",
  },
];

const BY_USE = "paid by use alone";
const HOLDS = "holds others together, costs nothing";
const HOSTS = "nothing runs in it while idle; what runs is in the bills of workloads";

export const RULES: Readonly<Record<string, Rule>> = {
  "AWS::ApiGatewayV2::Api": BY_USE,
  "AWS::ApiGatewayV2::ApiMapping": HOLDS,
  "AWS::ApiGatewayV2::DomainName":
    "regional domain names cost nothing; the certificate is the user's",
  "AWS::ApiGatewayV2::Integration": HOLDS,
  "AWS::ApiGatewayV2::Route": HOLDS,
  "AWS::ApiGatewayV2::Stage": HOLDS,
  "AWS::Batch::ComputeEnvironment": HOSTS,
  "AWS::Batch::JobQueue": HOLDS,
  "AWS::Batch::SchedulingPolicy": HOLDS,
  "AWS::Budgets::Budget": "budgets without actions cost nothing",
  "AWS::CloudWatch::Alarm": alarm,
  "AWS::DynamoDB::Table": table,
  "AWS::EC2::FlowLog": "paid by the lines written, of which an idle network has none",
  "AWS::EC2::InternetGateway": HOLDS,
  "AWS::EC2::LaunchTemplate": HOLDS,
  "AWS::EC2::PlacementGroup": HOLDS,
  "AWS::EC2::Route": HOLDS,
  "AWS::EC2::RouteTable": HOLDS,
  "AWS::EC2::SecurityGroup": HOLDS,
  "AWS::EC2::SecurityGroupEgress": HOLDS,
  "AWS::EC2::SecurityGroupIngress": HOLDS,
  "AWS::EC2::Subnet": HOLDS,
  "AWS::EC2::SubnetRouteTableAssociation": HOLDS,
  "AWS::EC2::VPC": HOLDS,
  "AWS::EC2::VPCEndpoint": endpoint,
  "AWS::EC2::VPCGatewayAttachment": HOLDS,
  "AWS::ECS::Cluster": cluster,
  "AWS::ECS::ClusterCapacityProviderAssociations": HOLDS,
  "AWS::Events::Rule": rule,
  "AWS::IAM::InstanceProfile": HOLDS,
  "AWS::IAM::ManagedPolicy": HOLDS,
  "AWS::IAM::Policy": HOLDS,
  "AWS::IAM::Role": HOLDS,
  "AWS::KMS::Alias": HOLDS,
  "AWS::KMS::Key": key,
  "AWS::Lambda::EventInvokeConfig": HOLDS,
  "AWS::Lambda::EventSourceMapping": mapping,
  "AWS::Lambda::Function": BY_USE,
  "AWS::Lambda::Permission": HOLDS,
  "AWS::Logs::LogGroup": "paid by what is written and kept; the sweep's lines are an item",
  "AWS::S3::Bucket": bucket,
  "AWS::S3::BucketPolicy": HOLDS,
  "AWS::SNS::Subscription": BY_USE,
  "AWS::SNS::Topic": BY_USE,
  "AWS::SNS::TopicPolicy": HOLDS,
  "AWS::SQS::Queue": "paid by use alone; who asks it is an item of its own",
  "AWS::SQS::QueuePolicy": HOLDS,
};

/** One that is no gateway costs 7.30 a month and zone; the template tests forbid it, and here it has no price. */
function endpoint(id: string, { Properties = {} }: Resource): readonly Item[] {
  if (Properties.VpcEndpointType === "Gateway") return [];
  throw new Error(`${id} is no gateway endpoint: it costs while idle and has no price here.`);
}

function cluster(id: string, { Properties = {} }: Resource): readonly Item[] {
  const settings = (Properties.ClusterSettings ?? []) as readonly { Value?: string }[];
  if (settings.every(({ Value }) => Value === "disabled")) return [];
  throw new Error(`${id} has Container Insights on: its metrics cost, and have no price here.`);
}

/** `LauncherlaunchMessages7C21` -> `launch`. */
function nameOf(id: string): string {
  const names = /(schedule|launch|observe|feed)Messages|Storage(Control|Work)/.exec(id);
  return names?.[1] ?? names?.[2] ?? id;
}
