// The little of a network that a task needs: a VPC, subnets, security groups and their rules.
import * as ec2 from "@aws-sdk/client-ec2";
import { found, gone, tagList, type Context, type Handler } from "../handler";
import { ingressOrEgress } from "../refusals/network";
import type { Props } from "../wire";

const arnOf = ({ region, accountId }: Context, kind: string, id: string): string =>
  `arn:aws:ec2:${region}:${accountId}:${kind}/${id}`;

function tagged(ResourceType: ec2.ResourceType, tags: Props | undefined): ec2.TagSpecification[] | undefined {
  return Object.keys(tags ?? {}).length > 0 ? [{ ResourceType, Tags: tagList(tags) }] : undefined;
}

const retag = async ({ aws }: Context, id: string, i: Props): Promise<void> => {
  if (Object.keys(i["tags"] ?? {}).length > 0)
    await aws.ec2.send(new ec2.CreateTagsCommand({ Resources: [id], Tags: tagList(i["tags"]) }));
};

const vpc: Handler = {
  type: "aws:ec2/vpc:Vpc",
  replaceOn: ["cidrBlock", "instanceTenancy"],
  computed: ["arn", "ownerId", "defaultSecurityGroupId", "tagsAll"],
  async create(context, i) {
    const { ec2: client } = context.aws;
    const { Vpc } = await client.send(
      new ec2.CreateVpcCommand({ CidrBlock: i["cidrBlock"], TagSpecifications: tagged("vpc", i["tags"]) }),
    );
    const id = Vpc!.VpcId!;
    const groups = await client.send(
      new ec2.DescribeSecurityGroupsCommand({ Filters: [{ Name: "vpc-id", Values: [id] }] }),
    );
    const defaultSecurityGroupId = groups.SecurityGroups?.find((g) => g.GroupName === "default")?.GroupId;
    return { id, outputs: { arn: arnOf(context, "vpc", id), ownerId: context.accountId, defaultSecurityGroupId } };
  },
  update: retag,
  exists: ({ aws }, id) => found(aws.ec2.send(new ec2.DescribeVpcsCommand({ VpcIds: [id] }))),
  delete: ({ aws }, VpcId) => gone(aws.ec2.send(new ec2.DeleteVpcCommand({ VpcId }))),
};

const subnet: Handler = {
  type: "aws:ec2/subnet:Subnet",
  replaceOn: ["vpcId", "cidrBlock", "availabilityZone"],
  computed: ["arn", "ownerId", "tagsAll"],
  async create(context, i) {
    const { Subnet } = await context.aws.ec2.send(
      new ec2.CreateSubnetCommand({
        VpcId: i["vpcId"],
        CidrBlock: i["cidrBlock"],
        AvailabilityZone: i["availabilityZone"],
        TagSpecifications: tagged("subnet", i["tags"]),
      }),
    );
    const id = Subnet!.SubnetId!;
    return {
      id,
      outputs: {
        arn: arnOf(context, "subnet", id),
        ownerId: context.accountId,
        availabilityZone: Subnet!.AvailabilityZone,
      },
    };
  },
  update: retag,
  exists: ({ aws }, id) => found(aws.ec2.send(new ec2.DescribeSubnetsCommand({ SubnetIds: [id] }))),
  delete: ({ aws }, SubnetId) => gone(aws.ec2.send(new ec2.DeleteSubnetCommand({ SubnetId }))),
};

const inline = (rules: Props[] | undefined): ec2.IpPermission[] =>
  (rules ?? []).map((r) => ({
    IpProtocol: r["protocol"],
    FromPort: r["fromPort"],
    ToPort: r["toPort"],
    IpRanges: ((r["cidrBlocks"] ?? []) as string[]).map((CidrIp) => ({ CidrIp, Description: r["description"] })),
    UserIdGroupPairs: ((r["securityGroups"] ?? []) as string[]).map((GroupId) => ({ GroupId })),
  }));

const securityGroup: Handler = {
  type: "aws:ec2/securityGroup:SecurityGroup",
  name: { property: "name", maxLength: 255 },
  // Inline rules are set once; the table has resources of their own for rules that change.
  replaceOn: ["name", "namePrefix", "description", "vpcId", "ingress", "egress"],
  computed: ["arn", "ownerId", "tagsAll"],
  refuse: (i) =>
    String(i["name"] ?? "").startsWith("sg-") ? ['a security group\'s name must not begin with "sg-"'] : [],
  async create(context, i) {
    const { ec2: client } = context.aws;
    const { GroupId } = await client.send(
      new ec2.CreateSecurityGroupCommand({
        GroupName: i["name"],
        Description: i["description"] ?? "Managed by Pulumi",
        VpcId: i["vpcId"],
        TagSpecifications: tagged("security-group", i["tags"]),
      }),
    );
    // The AWS provider takes away the allow-all egress that AWS puts on every new group.
    const { SecurityGroups } = await client.send(new ec2.DescribeSecurityGroupsCommand({ GroupIds: [GroupId!] }));
    const open = SecurityGroups?.[0]?.IpPermissionsEgress ?? [];
    if (open.length > 0) await client.send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: open }));
    const [ingress, egress] = [inline(i["ingress"]), inline(i["egress"])];
    if (ingress.length > 0)
      await client.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: ingress }));
    if (egress.length > 0)
      await client.send(new ec2.AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: egress }));
    return { id: GroupId!, outputs: { arn: arnOf(context, "security-group", GroupId!), ownerId: context.accountId } };
  },
  update: retag,
  exists: ({ aws }, id) => found(aws.ec2.send(new ec2.DescribeSecurityGroupsCommand({ GroupIds: [id] }))),
  delete: ({ aws }, GroupId) => gone(aws.ec2.send(new ec2.DeleteSecurityGroupCommand({ GroupId }))),
};

const permission = (i: Props): ec2.IpPermission => ({
  IpProtocol: i["ipProtocol"],
  FromPort: i["fromPort"],
  ToPort: i["toPort"],
  IpRanges: i["cidrIpv4"] ? [{ CidrIp: i["cidrIpv4"], Description: i["description"] }] : undefined,
  Ipv6Ranges: i["cidrIpv6"] ? [{ CidrIpv6: i["cidrIpv6"], Description: i["description"] }] : undefined,
  PrefixListIds: i["prefixListId"] ? [{ PrefixListId: i["prefixListId"] }] : undefined,
  UserIdGroupPairs: i["referencedSecurityGroupId"] ? [{ GroupId: i["referencedSecurityGroupId"] }] : undefined,
});

const RULE_INPUTS = [
  "securityGroupId",
  "ipProtocol",
  "fromPort",
  "toPort",
  "cidrIpv4",
  "cidrIpv6",
  "prefixListId",
  "referencedSecurityGroupId",
  "description",
];

function groupRule(direction: "Egress" | "Ingress"): Handler {
  const outward = direction === "Egress";
  return {
    type: `aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`,
    replaceOn: RULE_INPUTS,
    computed: ["arn", "securityGroupRuleId", "tagsAll"],
    refuse: ingressOrEgress,
    async create(context, i) {
      const input = { GroupId: i["securityGroupId"] as string, IpPermissions: [permission(i)] };
      const { ec2: client } = context.aws;
      const made = outward
        ? await client.send(new ec2.AuthorizeSecurityGroupEgressCommand(input))
        : await client.send(new ec2.AuthorizeSecurityGroupIngressCommand(input));
      const id = made.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? `sgr-${i["securityGroupId"]}-${i["fromPort"]}`;
      return { id, outputs: { arn: arnOf(context, "security-group-rule", id), securityGroupRuleId: id } };
    },
    update: retag,
    delete({ aws }, _id, s) {
      const input = { GroupId: s["securityGroupId"] as string, IpPermissions: [permission(s)] };
      return gone(
        outward
          ? aws.ec2.send(new ec2.RevokeSecurityGroupEgressCommand(input))
          : aws.ec2.send(new ec2.RevokeSecurityGroupIngressCommand(input)),
      );
    },
  };
}

export const networkHandlers = [vpc, subnet, securityGroup, groupRule("Egress"), groupRule("Ingress")];
