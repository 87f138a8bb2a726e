// Every rule of cdk-nag that the stack does not follow, with the reason. What has none stops the synthesis.
import { type App, type IPolicyValidationPlugin, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, HIPAASecurityChecks, type INagValidationContext } from "cdk-nag";
import type { IConstruct } from "constructs";

export interface Reason {
  readonly rule: RegExp;
  /** Of which constructs; all where left out. */
  readonly path?: RegExp;
  readonly reason: string;
}

const patterns = (pattern: string): RegExp =>
  new RegExp(`^AwsSolutions-IAM5\\[Resource::${pattern}\\]$`);
const MADE_AT_RUN_TIME =
  "Made at run time under names of the stack's own prefix, which no other stack's prefix begins.";

export const REASONS: readonly Reason[] = [
  {
    rule: /^AwsSolutions-DDB3$/,
    path: /Work/,
    reason:
      "The work table is as large as all results, at 0.20 USD a GB and month; a clinical stack has it.",
  },
  {
    rule: /^(AwsSolutions-S1|HIPAA.Security-S3BucketLoggingEnabled)$/,
    reason:
      "Access logs cost storage for every request; a clinical stack writes them, to a bucket that is not logged itself.",
  },
  {
    rule: /^AwsSolutions-VPC7$/,
    reason: "Flow logs are 0.50 USD a GB; a clinical stack has them.",
  },
  {
    rule: /^AwsSolutions-ECS4$/,
    reason:
      "Container Insights is 0.30 USD a metric and month; cpu, memory and time of each instance are recorded by its sidecar.",
  },
  {
    rule: /^AwsSolutions-APIG4$/,
    reason:
      "The function checks both kinds of tokens itself: an authorizer of the gateway would refuse our own.",
  },
  {
    rule: patterns("\\*"),
    path: /ExecutionRole|Hosts/,
    reason:
      "Signing in to a registry knows no resource; a host joins clusters that Batch names itself, and can do nothing else.",
  },
  {
    rule: patterns("\\*"),
    path: /launch|definer|sweep|roles/,
    reason: "Lists and descriptions of ECS, Batch and EC2 know no resource; they change nothing.",
  },
  {
    rule: patterns("arn:.*:repository/\\*"),
    reason:
      "Programs may come from any repository of the account; only reading, and who may run them is checked on submission.",
  },
  { rule: patterns("arn:.*(_t_|_d_|:role/zoe/).*"), reason: MADE_AT_RUN_TIME },
  { rule: patterns("arn:.*:secret:.*"), reason: MADE_AT_RUN_TIME },
  {
    rule: patterns("arn:.*:(job-queue|job|task)/.*"),
    reason: "Queues of Batch have the stack's prefix; jobs and tasks have ids that AWS chooses.",
  },
  { rule: patterns("<.*>/index/\\*"), reason: "Indexes of the stack's own tables." },
  {
    rule: patterns("<.*>/tenants/.*"),
    reason: "A tenant's own folder, by the tag of its role.",
  },
  {
    rule: patterns("<.*>/\\*"),
    reason: "Objects of all tenants: these functions serve all of them, and check whose is whose.",
  },
  {
    rule: /^HIPAA.Security-DynamoDBInBackupPlan$/,
    reason:
      "Both tables of a clinical stack can be set back to any second of 35 days; copies elsewhere are the account's plan.",
  },
  {
    rule: /^HIPAA.Security-S3BucketReplicationEnabled$/,
    reason:
      "Versions are kept; a copy in another region is the account's decision, and may be forbidden.",
  },
  {
    rule: /^HIPAA.Security-S3DefaultEncryptionKMS$/,
    path: /AccessLogs/,
    reason: "S3 delivers access logs only to buckets that it encrypts by its own key.",
  },
  {
    rule: /^HIPAA.Security-VPCDefaultSecurityGroupClosed$/,
    reason:
      "Nothing is in the default group; closing it needs a function of its own beside the stack.",
  },
  {
    rule: /^HIPAA.Security-VPC(SubnetAutoAssignPublicIpDisabled|NoUnrestrictedRouteToIGW)$/,
    reason:
      "A NAT costs 33 USD a month. Addresses exist while a program runs, in a group that lets nobody in.",
  },
  {
    rule: /^HIPAA.Security-IAMNoInlinePolicy$/,
    reason:
      "Each policy is one role's alone and goes with it; shared ones are what this rule wants to see.",
  },
  {
    rule: /^HIPAA.Security-EC2RestrictedCommonPorts$/,
    path: /Gang/,
    reason:
      "From members of the same group only: nodes of a gang, by every protocol, as EFA needs it.",
  },
  {
    rule: /^HIPAA.Security-LambdaConcurrency$/,
    reason: "An account of ten has none to reserve: deploying would fail.",
  },
  {
    rule: /^HIPAA.Security-LambdaDLQ$/,
    reason:
      "Queues have a dead-letter queue; the API and the calls between functions are answered; the sweep comes again in a minute.",
  },
  {
    rule: /^HIPAA.Security-LambdaInsideVPC$/,
    reason:
      "Functions reach AWS's services by TLS under their own roles and open no port; in a network they would need a NAT.",
  },
];

/** Writes its reason to each finding, so that any reader of the tree sees it; answers those of `REASONS` that were needed. */
export function acknowledge(app: App, isClinical: boolean): ReadonlySet<Reason> {
  const used = new Set<Reason>();
  for (const pack of packs(app, isClinical)) {
    const { violations } = pack.validate(asSynthesized(app));
    for (const { ruleName, violatingResources } of violations) {
      for (const { constructPath } of violatingResources) {
        const reason = REASONS.find(
          ({ rule, path }) => rule.test(ruleName) && (path?.test(constructPath ?? "") ?? true),
        );
        if (reason === undefined || constructPath === undefined) continue;
        used.add(reason);
        const id = `${pack.name}::${ruleName}`;
        Validations.of(at(app, constructPath)).acknowledge({ id, reason: reason.reason });
      }
    }
  }
  return used;
}

/** The packs judge again, with the reasons; what is left makes `synth` throw. */
export function judge(app: App, isClinical: boolean): void {
  acknowledge(app, isClinical);
  Validations.of(app).addPlugins(...packs(app, isClinical));
}

/** The packs walk the tree and read no template. */
function asSynthesized(app: App): INagValidationContext {
  return { appConstruct: app, templatePaths: [], stackTemplates: [] };
}

function packs(app: App, isClinical: boolean): readonly IPolicyValidationPlugin[] {
  return isClinical
    ? [new AwsSolutionsChecks(app), new HIPAASecurityChecks(app)]
    : [new AwsSolutionsChecks(app)];
}

function at(app: App, path: string): IConstruct {
  return path
    .split("/")
    .reduce<IConstruct>((construct, name) => construct.node.findChild(name), app);
}
