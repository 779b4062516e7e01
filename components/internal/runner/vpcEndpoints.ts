import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { VpcEndpointsArgs } from "../../types";
import { child } from "../child";
import { childName } from "../childName";
import type { ServiceDoors } from "./network";
import type { Scope } from "../scope";

/** What the endpoints are made from. */
export interface VpcEndpointsInput extends Scope {
  args: VpcEndpointsArgs;
  vpcId: pulumi.Input<string>;
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Region of the VPC, a part of the services' names. */
  vpcRegion: pulumi.Output<string>;
  taskGroupId: pulumi.Output<string>;
  /** Whether a task reads a secret. */
  readsSecrets: boolean;
}

/**
 * What a task needs before and while it runs, without a way to the internet: ECR's API and registry for the image, whose layers
 * come from S3; Secrets Manager; the logs. S3 uses the keys itself, and IAM sign-in to a database needs no call.
 */
function services(readsSecrets: boolean): string[] {
  return ["ecr.api", "ecr.dkr", "logs", ...(readsSecrets ? ["secretsmanager"] : [])];
}

/** Interface endpoints that let in the tasks alone, and the gateway to S3. */
export function createVpcEndpoints(input: VpcEndpointsInput): ServiceDoors {
  const { parent, name, guard, region, tags, vpcId, vpcRegion, subnetIds, taskGroupId } = input;
  const group = child(
    aws.ec2.SecurityGroup,
    childName(name, "endpoints"),
    { region, vpcId, description: `${name}: endpoints of the backup tasks`, tags },
    guard,
    { parent },
  );
  child(
    aws.vpc.SecurityGroupIngressRule,
    childName(name, "endpoints", "ingress"),
    {
      region,
      securityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      referencedSecurityGroupId: taskGroupId,
    },
    guard,
    { parent: group },
  );
  const endpoint = (service: string, args: Partial<aws.ec2.VpcEndpointArgs>): aws.ec2.VpcEndpoint =>
    child(
      aws.ec2.VpcEndpoint,
      childName(name, "endpoint", service.replace(".", "-")),
      { region, vpcId, serviceName: pulumi.interpolate`com.amazonaws.${vpcRegion}.${service}`, tags, ...args },
      guard,
      { parent },
    );
  for (const service of services(input.readsSecrets)) {
    endpoint(service, {
      vpcEndpointType: "Interface",
      // So that the SDKs' own host names lead here.
      privateDnsEnabled: true,
      subnetIds,
      securityGroupIds: [group.id],
    });
  }
  const s3 = endpoint("s3", { vpcEndpointType: "Gateway", routeTableIds: input.args.routeTableIds });
  return { endpointGroupId: group.id, s3PrefixListId: s3.prefixListId };
}
