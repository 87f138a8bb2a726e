// Where ECS runs tasks: one cluster, Fargate and Fargate Spot, nothing in it while nothing runs.

import type { IVpc } from "aws-cdk-lib/aws-ec2";
import {
  CfnClusterCapacityProviderAssociations,
  Cluster,
  ContainerInsights,
} from "aws-cdk-lib/aws-ecs";
import { Construct } from "constructs";

export class Programs extends Construct {
  readonly cluster: Cluster;

  constructor(scope: Construct, id: string, { vpc, stack }: { vpc: IVpc; stack: string }) {
    super(scope, id);
    this.cluster = new Cluster(this, "Cluster", {
      vpc,
      clusterName: stack,
      // Each of its metrics costs 0.30 USD a month; what we need to know our own events say.
      containerInsightsV2: ContainerInsights.DISABLED,
    });
    new CfnClusterCapacityProviderAssociations(this, "Capacity", {
      cluster: this.cluster.clusterName,
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
      defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
    });
  }
}
