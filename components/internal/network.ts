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
  // EC2 refuses a rule that the group already has, so databases at the same place share one.
  const opened: { port: number; securityGroupId: pulumi.Input<string> | undefined }[] = [
    { port: 443, securityGroupId: undefined },
  ];
  for (const { name, port = DEFAULTS.databasePort, securityGroupId } of databases) {
    if (opened.some((other) => other.port === port && other.securityGroupId === securityGroupId)) continue;
    opened.push({ port, securityGroupId });
    if (securityGroupId === undefined) egress(String(port), port, { cidrIpv4: "0.0.0.0/0" });
    else egress(childName("to", name), port, { referencedSecurityGroupId: securityGroupId });
  }
  return group.id;
}
