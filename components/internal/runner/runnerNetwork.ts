import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupRunnerArgs } from "../../backupRunnerArgs";
import type { Transform } from "../../types";
import type { Account } from "../account";
import { createEgressRules, createSecurityGroup } from "./network";
import type { Scope } from "../scope";
import { createVpcEndpoints } from "./vpcEndpoints";

/** The tasks' security group with its rules, and the endpoints that it leads to. Returns the group's id. */
export function createNetwork(
  scope: Scope,
  { vpcId, subnetIds, vpcEndpoints, databases }: BackupRunnerArgs,
  account: Account,
  transform: Transform<aws.ec2.SecurityGroupArgs> | undefined,
): pulumi.Output<string> {
  const group = createSecurityGroup(scope, vpcId, "backup", transform);
  const services =
    vpcEndpoints &&
    createVpcEndpoints({
      ...scope,
      args: vpcEndpoints,
      vpcId,
      subnetIds,
      vpcRegion: account.region,
      taskGroupId: group.id,
      readsSecrets: databases === undefined || databases.some((database) => database.secretArn !== undefined),
    });
  createEgressRules(scope, group, databases, services);
  return group.id;
}
