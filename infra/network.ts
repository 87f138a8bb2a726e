// Where programs run: public subnets without a NAT (addresses only while something runs), gateway endpoints, and groups that let nobody in.
import {
  CfnSecurityGroupEgress,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISecurityGroup,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

export interface NetworkProps {
  readonly zones: number;
  /** Of a clinical stack: who talked to whom. */
  readonly flowLogs?: ILogGroup;
}

export class Network extends Construct {
  readonly vpc: Vpc;
  /** Without ingress: once, array, worker. What serves others gets its tenant's group from `roles`. */
  readonly closed: ISecurityGroup;
  /** Nodes of a gang reach each other, by every protocol: EFA passes only where the group names itself, both ways. */
  readonly gang: ISecurityGroup;

  constructor(scope: Construct, id: string, { zones, flowLogs }: NetworkProps) {
    super(scope, id);
    this.vpc = new Vpc(this, "Vpc", {
      ipAddresses: IpAddresses.cidr("10.80.0.0/16"),
      maxAzs: zones,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      // A /19 each: 8,000 instances with an address of their own.
      subnetConfiguration: [{ name: "public", subnetType: SubnetType.PUBLIC, cidrMask: 19 }],
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
    });
    if (flowLogs !== undefined) {
      this.vpc.addFlowLog("FlowLog", {
        destination: FlowLogDestination.toCloudWatchLogs(flowLogs),
        trafficType: FlowLogTrafficType.ALL,
      });
    }
    this.closed = this.group("Closed", "Programs that serve nobody");
    this.gang = this.group("Gang", "Nodes of gangs, among themselves");
    this.gang.addIngressRule(this.gang, Port.allTraffic(), "Nodes of gangs");
    const { securityGroupId } = this.gang;
    new CfnSecurityGroupEgress(this, "GangEgress", {
      groupId: securityGroupId,
      destinationSecurityGroupId: securityGroupId,
      ipProtocol: "-1",
      description: "Nodes of gangs",
    });
  }

  /** Out to everywhere: images, inputs, AWS. */
  private group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: true });
  }
}
