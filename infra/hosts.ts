// The EC2 hosts that Batch starts and ends: their start, their disk, their role, which a program could borrow and which therefore can do next to nothing.
import { Fn } from "aws-cdk-lib";
import { CfnLaunchTemplate } from "aws-cdk-lib/aws-ec2";
import {
  CfnInstanceProfile,
  type PolicyStatement,
  Role,
  ServicePrincipal,
} from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { HOST_START } from "./host-start.ts";

/** Images, inputs and work of one job; paid while the host lives. */
const DISK_GIB = 100;

export interface HostsProps {
  readonly stack: string;
  readonly rights: readonly PolicyStatement[];
  readonly closedGroup: string;
  readonly gangGroup: string;
}

export class Hosts extends Construct {
  readonly profile: CfnInstanceProfile;
  readonly plain: CfnLaunchTemplate;
  /** With an EFA interface: one card, device 0. */
  readonly efa: CfnLaunchTemplate;
  readonly #stack: string;

  constructor(scope: Construct, id: string, props: HostsProps) {
    super(scope, id);
    this.#stack = props.stack;
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("ec2.amazonaws.com"),
      description: `${props.stack}: hosts of Batch`,
    });
    for (const statement of props.rights) role.addToPolicy(statement.copy());
    this.profile = new CfnInstanceProfile(this, "Profile", { roles: [role.roleName] });
    this.plain = this.template("Plain");
    this.efa = this.template("Efa", [
      {
        deviceIndex: 0,
        interfaceType: "efa",
        associatePublicIpAddress: true,
        deleteOnTermination: true,
        groups: [props.gangGroup],
      },
    ]);
  }

  private template(
    id: string,
    networkInterfaces?: CfnLaunchTemplate.NetworkInterfaceProperty[],
  ): CfnLaunchTemplate {
    return new CfnLaunchTemplate(this, id, {
      launchTemplateData: {
        userData: Fn.base64(HOST_START),
        metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
        blockDeviceMappings: [
          {
            deviceName: "/dev/xvda",
            ebs: { volumeSize: DISK_GIB, volumeType: "gp3", encrypted: true },
          },
        ],
        networkInterfaces,
        tagSpecifications: [
          { resourceType: "instance", tags: [{ key: "Name", value: `${this.#stack} job` }] },
        ],
      },
    });
  }
}
