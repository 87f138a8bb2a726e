// The environment of a function in AWS, as the stack sets it: one valid thing, to be bent.
import { fileURLToPath } from "node:url";

export function anEnvironment(bend: Readonly<Record<string, string>> = {}): Record<string, string> {
  const queue = (name: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/zoe_${name}`;
  return {
    ZOE_STACK: "zoe",
    ZOE_ACCOUNT: "123456789012",
    ZOE_CONTROL_TABLE: "zoe-control",
    ZOE_WORK_TABLE: "zoe-work",
    ZOE_BUCKET: "zoe-files",
    ZOE_DECIDE_QUEUE_URL: queue("decide"),
    ZOE_LAUNCH_QUEUE_URL: queue("launch"),
    ZOE_EVENT_QUEUE_URL: queue("events"),
    ZOE_FEED_QUEUE_URL: queue("feed"),
    ZOE_CLUSTER: "arn:aws:ecs:us-east-1:123456789012:cluster/zoe",
    ZOE_VPC: "vpc-1",
    ZOE_SUBNETS: "subnet-1,subnet-2",
    ZOE_SECURITY_GROUP: "sg-1",
    ZOE_EXECUTION_ROLE_ARN: "arn:aws:iam::123456789012:role/zoe-execution",
    ZOE_TASK_BOUNDARY_ARN: "arn:aws:iam::123456789012:policy/zoe-boundary",
    ZOE_LOG_GROUP: "/zoe/zoe/programs",
    ZOE_SIDECAR_IMAGE: "sidecar:1",
    ZOE_IMAGES: "{}",
    ZOE_ZAPPS: fileURLToPath(new URL("../../../zapps/", import.meta.url)),
    ZOE_EC2_TENANTS: "one",
    ZOE_FARGATE_VCPUS: "6",
    ZOE_FARGATE_SPOT_VCPUS: "6",
    ZOE_EC2_VCPUS: "32",
    ZOE_GPU_VCPUS: "0",
    ZOE_RETENTION_DAYS: "30",
    ...bend,
  };
}
