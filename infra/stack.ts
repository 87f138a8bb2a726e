// The AWS body: all that one `npm run deploy` makes, in the order in which one part needs another. docs/deploy.md says how it is used.
import { Fn, Stack, type StackProps } from "aws-cdk-lib";
import { ManagedPolicy, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Code } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { AwsFunction } from "#shared/aws-names.ts";
import { Api } from "./api.ts";
import { type Arns, arnsOf } from "./arns.ts";
import { Batch } from "./batch.ts";
import { Clinical } from "./clinical.ts";
import { Programs } from "./cluster.ts";
import { environmentOf } from "./environment.ts";
import { Events } from "./events.ts";
import { Feeder } from "./feeder.ts";
import { Hosts } from "./hosts.ts";
import { Images } from "./images.ts";
import { Launcher } from "./launcher.ts";
import { Network } from "./network.ts";
import { addOutputs } from "./outputs.ts";
import { Queues } from "./queues.ts";
import { boundary, execution, host, type ProgramArns } from "./rights/programs.ts";
import { rightsOf } from "./rights/rights.ts";
import { Roles } from "./roles.ts";
import { Scheduler } from "./scheduler.ts";
import type { Stage } from "./stage.ts";
import type { Ground } from "./step.ts";
import { Storage } from "./storage.ts";
import { Sweeper } from "./sweeper.ts";
import { programLogs, Watch } from "./watch.ts";

export interface ZoeStackProps extends StackProps {
  readonly stage: Stage;
  /** The bundle of each function (bundle.ts). */
  readonly code: (name: AwsFunction) => Code;
}

export class ZoeStack extends Stack {
  readonly #stage: Stage;

  constructor(scope: Construct, id: string, props: ZoeStackProps) {
    super(scope, id, props);
    const { stage, code } = props;
    this.#stage = stage;
    const clinical = stage.isClinical ? new Clinical(this, "Clinical", stage.name) : undefined;
    const key = clinical?.key;

    // What is kept, and what is said.
    const storage = new Storage(this, "Storage", { key });
    const queues = new Queues(this, "Queues", { key });
    const logs = programLogs(this, stage.name, key);
    new Watch(this, "Watch", { stage, dead: queues.dead, key });

    // Where programs run.
    const network = new Network(this, "Network", {
      zones: stage.zones,
      flowLogs: clinical?.flowLogs,
    });
    const { cluster } = new Programs(this, "Programs", { vpc: network.vpc, stack: stage.name });
    const images = new Images(this, "Images");
    const arns = this.arns({ storage, queues, programs: cluster, logs, key });
    const batch = this.batch(network, arns);

    // Who does the work.
    const ground: Ground = {
      ...{ stack: stage.name, code, key },
      rightsOf: (name) => rightsOf(arns, name),
      environment: this.environmentOf({ storage, queues, network, images, arns }),
    };
    const api = new Api(this, "Api", ground, stage);
    new Scheduler(this, "Scheduler", ground, queues);
    new Launcher(this, "Launcher", ground, queues);
    new Events(this, "Events", ground, queues, {
      clusterArn: cluster.clusterArn,
      jobQueueArns: batch.queues.map(({ attrJobQueueArn }) => attrJobQueueArn),
    });
    new Feeder(this, "Feeder", ground, queues);
    new Sweeper(this, "Sweeper", ground);
    new Roles(this, "Roles", ground);

    addOutputs(this, {
      address: stage.domain ? `https://${stage.domain.name}` : api.http.apiEndpoint,
      cluster: cluster.clusterArn,
      control: storage.control.tableName,
      work: storage.work.tableName,
      bucket: storage.bucket.bucketName,
      dead: queues.dead.queueUrl,
      subnets: subnetIds(network).join(","),
      domainTarget: api.domain?.regionalDomainName,
    });
  }

  /** The zones that there are, not two whose names are guessed: the same template serves every account and region. */
  override get availabilityZones(): string[] {
    const { zones } = this.#stage;
    return Array.from({ length: zones }, (_, n) => Fn.select(n, Fn.getAzs()));
  }

  private arns({ storage, queues, programs, logs, key }: Omit<Parts, "network">): Arns {
    const { name } = this.#stage;
    const arns = arnsOf(this, {
      ...{ stack: name, storage, queues, key: key?.keyArn },
      clusterName: programs.clusterName,
      clusterArn: programs.clusterArn,
      programLogsArn: logs.logGroupArn,
    });
    return {
      ...arns,
      executionRole: this.executionRole(arns),
      boundary: new ManagedPolicy(this, "TaskBoundary", {
        managedPolicyName: `${name}-task-boundary`,
        description: `The most that a task role of ${name} can do, whatever its own policy says`,
        statements: boundary(arns),
      }).managedPolicyArn,
    };
  }

  private executionRole(arns: ProgramArns): string {
    const role = new Role(this, "ExecutionRole", {
      assumedBy: new ServicePrincipal("ecs-tasks.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": this.account } },
      }),
      description: `${this.#stage.name}: pulls images and writes logs for programs`,
    });
    for (const statement of execution(arns)) role.addToPolicy(statement);
    return role.roleArn;
  }

  private batch(network: Network, arns: ProgramArns): Batch {
    const groups = {
      closedGroup: network.closed.securityGroupId,
      gangGroup: network.gang.securityGroupId,
    };
    const hosts = new Hosts(this, "Hosts", {
      ...{ stack: this.#stage.name, rights: host(arns) },
      ...groups,
    });
    return new Batch(this, "Batch", {
      ...{ stage: this.#stage, hosts, subnets: subnetIds(network) },
      ...groups,
    });
  }

  private environmentOf({ storage, queues, network, images, arns }: EnvironmentParts) {
    const { name, oidc, ec2Tenants, vcpus, retentionDays } = this.#stage;
    return environmentOf({
      ZOE_STACK: name,
      ZOE_ACCOUNT: this.account,
      ZOE_CONTROL_TABLE: storage.control.tableName,
      ZOE_WORK_TABLE: storage.work.tableName,
      ZOE_BUCKET: storage.bucket.bucketName,
      ZOE_DECIDE_QUEUE_URL: queues.decide.queueUrl,
      ZOE_LAUNCH_QUEUE_URL: queues.launch.queueUrl,
      ZOE_EVENT_QUEUE_URL: queues.event.queueUrl,
      ZOE_FEED_QUEUE_URL: queues.feed.queueUrl,
      ZOE_CLUSTER: arns.cluster,
      ZOE_VPC: network.vpc.vpcId,
      ZOE_SUBNETS: subnetIds(network).join(","),
      ZOE_SECURITY_GROUP: network.closed.securityGroupId,
      ZOE_EXECUTION_ROLE_ARN: arns.executionRole,
      ZOE_TASK_BOUNDARY_ARN: arns.boundary,
      ZOE_LOG_GROUP: arns.programLogGroup,
      ZOE_SIDECAR_IMAGE: images.sidecar,
      ZOE_IMAGES: JSON.stringify(images.catalogue),
      ZOE_ZAPPS: "/var/task/zapps",
      ZOE_OIDC_ISSUER: oidc?.issuer,
      ZOE_OIDC_AUDIENCE: oidc?.audience,
      ZOE_EC2_TENANTS: ec2Tenants,
      ZOE_FARGATE_VCPUS: String(vcpus.fargate),
      ZOE_FARGATE_SPOT_VCPUS: String(vcpus.fargateSpot),
      ZOE_EC2_VCPUS: String(vcpus.ec2),
      ZOE_GPU_VCPUS: String(vcpus.gpu),
      ZOE_RETENTION_DAYS: String(retentionDays),
      ZOE_LOG: "info",
    });
  }
}

interface Parts {
  readonly storage: Storage;
  readonly queues: Queues;
  readonly network: Network;
  readonly programs: { readonly clusterName: string; readonly clusterArn: string };
  readonly logs: ILogGroup;
  readonly key?: { readonly keyArn: string };
}

interface EnvironmentParts extends Pick<Parts, "storage" | "queues" | "network"> {
  readonly images: Images;
  readonly arns: Arns;
}

function subnetIds({ vpc }: Network): readonly string[] {
  return vpc.publicSubnets.map(({ subnetId }) => subnetId);
}
