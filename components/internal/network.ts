import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseArgs, Transform } from "../types";
import { child } from "./child";
import { childName } from "./childName";
import { DEFAULTS } from "./defaults";
import type { Scope } from "./scope";

/** The tasks' security group: nothing comes in; out go HTTPS and each database's port. Returns its id. */
export function createSecurityGroup(
  scope: Scope,
  vpcId: pulumi.Input<string>,
  databases: readonly DatabaseArgs[],
  transform: Transform<aws.ec2.SecurityGroupArgs> | undefined,
): pulumi.Output<string> {
  const { parent, guard, region, tags } = scope;
  const group = child(
    aws.ec2.SecurityGroup,
    childName(scope.name, "tasks"),
    { region, vpcId, description: `${scope.name}: backup tasks, egress only`, tags },
    guard,
    { parent, transform },
  );
  const egress = (
    role: string,
    port: number,
    to: { cidrIpv4: string } | { referencedSecurityGroupId: pulumi.Input<string> },
  ): void => {
    const rule = { region, securityGroupId: group.id, ipProtocol: "tcp", fromPort: port, toPort: port, ...to };
    child(aws.vpc.SecurityGroupEgressRule, childName(scope.name, "egress", role), rule, guard, { parent: group });
  };
  egress("https", 443, { cidrIpv4: "0.0.0.0/0" });
  for (const { name, port, securityGroupId } of databases) {
    const to =
      securityGroupId === undefined ? { cidrIpv4: "0.0.0.0/0" } : { referencedSecurityGroupId: securityGroupId };
    egress(name, port ?? DEFAULTS.databasePort, to);
  }
  return group.id;
}
