// The AWS stack as the mapping to its requests needs it: plain data, read from the environment by the host.
import { type BatchQueue, batchQueueName, secretPrefix } from "#shared/aws-names.ts";

export interface Site {
  readonly stack: string;
  readonly region: string;
  readonly account: string;
  /** ARN. */
  readonly cluster: string;
  readonly subnets: readonly string[];
  /** Without ingress. */
  readonly securityGroup: string;
  readonly executionRole: string;
  readonly logGroup: string;
  readonly bucket: string;
  readonly workTable: string;
  readonly sidecarImage: string;
  /** Of images that the stack built: what descriptions call them, to repository and tag. */
  readonly images: Readonly<Record<string, string>>;
}

export function imageOf({ images }: Site, name: string): string {
  return images[name] ?? name;
}

export function queueOf({ stack }: Site, queue: BatchQueue): string {
  return batchQueueName(stack, queue);
}

/** Without the suffix that Secrets Manager adds; it finds the secret all the same. */
export function secretOf(site: Site, tenant: string, name: string): string {
  const { region, account, stack } = site;
  return `arn:aws:secretsmanager:${region}:${account}:secret:${secretPrefix(stack)}${tenant}/${name}`;
}
