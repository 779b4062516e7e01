/** What the examples' stacks need before they are deployed. */
import { CreateSecurityGroupCommand, CreateSubnetCommand, CreateVpcCommand } from "@aws-sdk/client-ec2";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import type { AwsClients } from "../support/provider/awsClients";

export const REPLICA_REGION = "eu-west-1";

/** Makes a network and a secret in an empty account; returns the configuration of examples/minimal. */
export async function makeSettings(here: AwsClients, password: string): Promise<Record<string, string>> {
  const { Vpc } = await here.ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const VpcId = Vpc!.VpcId!;
  const { Subnet } = await here.ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: "10.0.1.0/24" }));
  const group = await here.ec2.send(
    new CreateSecurityGroupCommand({ VpcId, GroupName: "shop-database", Description: "the shop's database" }),
  );
  const login = { host: "db", port: 5432, username: "backup", password, dbname: "shop" };
  const secret = await here.secrets.send(
    new CreateSecretCommand({ Name: "shop-database", SecretString: JSON.stringify(login) }),
  );
  return {
    secretArn: secret.ARN!,
    image: `registry.example/backup321-runner@sha256:${"0".repeat(64)}`,
    serverImage: `registry.example/postgres@sha256:${"0".repeat(64)}`,
    vpcId: VpcId,
    subnetIds: JSON.stringify([Subnet!.SubnetId]),
    databaseSecurityGroupId: group.GroupId!,
    databasePort: "5432",
    replicaRegion: REPLICA_REGION,
    scheduleExpression: "cron(0 2 * * ? *)",
  };
}
