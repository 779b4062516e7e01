import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseArgs, Transform } from "../../types";
import { child } from "../child";
import { childName } from "../childName";
import { DEFAULTS, LIMITS } from "../defaults";
import type { Scope } from "../scope";

/** Where the tasks of a database connect to. */
interface DatabaseDoor {
  /** The first database behind it. */
  name: string;
  port: number;
  /** Undefined for any address. */
  securityGroupId: pulumi.Input<string> | undefined;
}

/** Where tasks find AWS's services. */
export interface ServiceDoors {
  /** Group of the interface endpoints. */
  endpointGroupId: pulumi.Input<string>;
  /** Prefix list of the S3 gateway endpoint. */
  s3PrefixListId: pulumi.Input<string>;
}

/** Distinct doors of the databases: EC2 refuses a rule that the group already has, so databases at the same place share one. */
function databaseDoors(databases: readonly DatabaseArgs[], isHttpsOpen: boolean): DatabaseDoor[] {
  const doors: DatabaseDoor[] = [];
  for (const { name, port = DEFAULTS.databasePort, securityGroupId } of databases) {
    if (isHttpsOpen && port === 443 && securityGroupId === undefined) continue;
    if (doors.some((other) => other.port === port && other.securityGroupId === securityGroupId)) continue;
    doors.push({ name, port, securityGroupId });
  }
  return doors;
}

/** Rules that lead to AWS's services: all of HTTPS, or the endpoints and S3. */
const serviceRules = (hasEndpoints: boolean): number => (hasEndpoints ? 2 : 1);

/** Problem of more doors than a security group has rules. */
export function egressProblems(databases: readonly DatabaseArgs[], hasEndpoints: boolean): string[] {
  const most = LIMITS.securityGroupRules - serviceRules(hasEndpoints);
  const doors = databaseDoors(databases, !hasEndpoints).length;
  if (doors <= most) return [];
  return [
    `databases must be behind at most ${most} distinct pairs of port and securityGroupId (a security group has ` +
      `${LIMITS.securityGroupRules} outbound rules), got ${doors}; leave securityGroupId out, put the databases into a common ` +
      "group, or use several BackupRunners on one repository",
  ];
}

/** The tasks' security group, to which nothing comes in. Its rules are made by `createEgressRules`. */
export function createSecurityGroup(
  scope: Scope,
  vpcId: pulumi.Input<string>,
  kind: "backup" | "drill",
  transform: Transform<aws.ec2.SecurityGroupArgs> | undefined,
): aws.ec2.SecurityGroup {
  const { parent, guard, region, tags } = scope;
  return child(
    aws.ec2.SecurityGroup,
    childName(scope.name, "tasks"),
    { region, vpcId, description: `${scope.name}: ${kind} tasks, egress only`, tags },
    guard,
    { parent, transform },
  );
}

/**
 * What goes out: to AWS's services, and to each database's port.
 *
 * @param databases empty for a list, whose databases are not known: then any address on the default port
 * @param services undefined for HTTPS to any address
 */
export function createEgressRules(
  scope: Scope,
  group: aws.ec2.SecurityGroup,
  databases: readonly DatabaseArgs[] | undefined,
  services: ServiceDoors | undefined,
): void {
  const { guard, region } = scope;
  const egress = (
    role: string,
    port: number,
    to: Pick<aws.vpc.SecurityGroupEgressRuleArgs, "cidrIpv4" | "referencedSecurityGroupId" | "prefixListId">,
  ): void => {
    const rule = { region, securityGroupId: group.id, ipProtocol: "tcp", fromPort: port, toPort: port, ...to };
    child(aws.vpc.SecurityGroupEgressRule, childName(scope.name, "egress", role), rule, guard, { parent: group });
  };
  if (services === undefined) egress("https", 443, { cidrIpv4: "0.0.0.0/0" });
  else {
    egress("endpoints", 443, { referencedSecurityGroupId: services.endpointGroupId });
    egress("s3", 443, { prefixListId: services.s3PrefixListId });
  }
  const listed: DatabaseDoor[] = [{ name: "listed", port: DEFAULTS.databasePort, securityGroupId: undefined }];
  for (const { name, port, securityGroupId } of databases ? databaseDoors(databases, services === undefined) : listed) {
    if (securityGroupId === undefined) egress(String(port), port, { cidrIpv4: "0.0.0.0/0" });
    else egress(childName("to", name), port, { referencedSecurityGroupId: securityGroupId });
  }
}
