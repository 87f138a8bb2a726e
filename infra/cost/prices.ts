// The price list: on-demand prices of us-east-1 in US dollars, without any free tier, each with the day it was read and where.

export interface Price {
  readonly usd: number;
  readonly unit: string;
  /** The day on which the source was read, or the one it states. */
  readonly date: string;
  readonly source: string;
}

const read = (source: string, date: string) => (usd: number, unit: string) => ({
  ...{ usd, unit, date, source },
});

// No machine that builds this could ask AWS itself: what its pages list was read from copies of them.
const lambda = read(
  "aws.amazon.com/lambda/pricing (arm64), copied by cloudchipr.com",
  "2026-11-20",
);
const database = read("aws.amazon.com/dynamodb/pricing/on-demand, copied", "2026-11-20");
const fargate = read("aws.amazon.com/fargate/pricing, copied by cloudburn.io", "2026-04-01");
const instance = read("aws.amazon.com/ec2/pricing, copied by factualminds.com", "2026-06-17");
const watch = read("aws.amazon.com/cloudwatch/pricing, copied by factualminds.com", "2026-06-13");
const listed = (name: string) => read(`aws.amazon.com/${name}/pricing, copied`, "2026-11-20");

export const PRICES = {
  lambdaRequest: lambda(0.2e-6, "request"),
  lambdaGibSecond: lambda(0.0000133334, "GiB-second"),
  sqsRequest: listed("sqs")(0.4e-6, "request of up to 64 KB"),
  httpRequest: listed("api-gateway")(1e-6, "request of up to 512 KB"),
  databaseWrite: database(0.625e-6, "write unit of 1 KB"),
  databaseRead: database(0.125e-6, "read unit of 4 KB, consistent"),
  databaseStorage: database(0.25, "GB-month"),
  databaseRecovery: database(0.2, "GB-month"),
  bucketStorage: listed("s3")(0.023, "GB-month"),
  bucketPut: listed("s3")(5e-6, "put or list"),
  bucketGet: listed("s3")(0.4e-6, "get"),
  imageStorage: listed("ecr")(0.1, "GB-month"),
  logIngestion: watch(0.5, "GB"),
  logStorage: watch(0.03, "GB-month"),
  alarmMetric: watch(0.1, "metric-month"),
  key: listed("kms")(1, "key-month"),
  secret: listed("secrets-manager")(0.4, "secret-month"),
  address: listed("vpc")(0.005, "address-hour"),
  disk: listed("ebs")(0.08, "GB-month, gp3"),
  fargateVcpu: fargate(0.04048, "vCPU-hour"),
  fargateGb: fargate(0.004445, "GB-hour"),
  /** Spot moves; 70 % less is what AWS says it can be. */
  fargateSpotVcpu: fargate(0.012144, "vCPU-hour, spot"),
  fargateSpotGb: fargate(0.0013335, "GB-hour, spot"),
  "g5.xlarge": instance(1.006, "instance-hour"),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof PRICES;

/** AWS's month: 365 days in twelve. */
export const HOURS_A_MONTH = 730;

/** One line of a bill. */
export interface Item {
  readonly what: string;
  readonly quantity: number;
  readonly price: PriceName;
  /** How the quantity comes about. */
  readonly because: string;
}

export const usdOf = ({ quantity, price }: Item): number => quantity * PRICES[price].usd;

export const total = (items: readonly Item[]): number =>
  items.reduce((sum, item) => sum + usdOf(item), 0);
