/** What a team has before it adds a backup: a database, an AWS account with a VPC, a secret, people with roles. */
import { CreateSecurityGroupCommand, CreateSubnetCommand, CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { randomBytes } from "node:crypto";
import type { ThrowawayPostgres } from "../support/postgres";
import { clientOptions } from "../support/standin/clients";
import type { Credentials, Standin } from "../support/standin/standin";
import type { TestTls } from "../support/tls";

export interface Ground {
  vpcId: string;
  subnetId: string;
  databaseSecurityGroupId: string;
  secretArn: string;
  /** Deploys; is an administrator of the repository. */
  deployer: Credentials;
  /** May do everything in the account, but is no administrator of the repository. */
  powerUser: Credentials;
}

async function user(iam: IAMClient, name: string): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ UserName: name }));
  const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
  await iam.send(
    new PutUserPolicyCommand({ UserName: name, PolicyName: "everything", PolicyDocument: JSON.stringify(policy) }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
}

/** Makes all of it in an empty account. */
export async function makeGround(standin: Standin, tls: TestTls, postgres: ThrowawayPostgres): Promise<Ground> {
  const options = clientOptions(standin, tls);
  const ec2 = new EC2Client(options);
  const iam = new IAMClient(options);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const VpcId = Vpc!.VpcId!;
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: "10.0.1.0/24" }));
  const group = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId, GroupName: "shop-database", Description: "the shop's database" }),
  );
  const { host, port, user: username, password, database: dbname } = postgres.settings;
  const secret = await new SecretsManagerClient(options).send(
    new CreateSecretCommand({
      Name: `shop-database-${randomBytes(3).toString("hex")}`,
      SecretString: JSON.stringify({ engine: "postgres", host, port, username, password, dbname }),
    }),
  );
  return {
    vpcId: VpcId,
    subnetId: Subnet!.SubnetId!,
    databaseSecurityGroupId: group.GroupId!,
    secretArn: secret.ARN!,
    deployer: await user(iam, "platform-deployer"),
    powerUser: await user(iam, "power-user"),
  };
}
