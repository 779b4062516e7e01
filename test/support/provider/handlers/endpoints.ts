// Private endpoints of AWS's services in a VPC.
import * as ec2 from "@aws-sdk/client-ec2";
import { gone, tagList, type Context, type Handler } from "../handler";
import { vpcEndpoint as refuseVpcEndpoint } from "../refusals/network";
import type { Props } from "../wire";

async function prefixListId({ aws }: Context, serviceName: string): Promise<string | undefined> {
  const Filters = [{ Name: "prefix-list-name", Values: [serviceName] }];
  const { PrefixLists } = await aws.ec2.send(new ec2.DescribePrefixListsCommand({ Filters }));
  return PrefixLists?.[0]?.PrefixListId;
}

const vpcEndpoint: Handler = {
  type: "aws:ec2/vpcEndpoint:VpcEndpoint",
  // The API changes routes, subnets and groups in place; the stand-in does not, so here they replace.
  replaceOn: ["vpcId", "serviceName", "vpcEndpointType", "routeTableIds", "subnetIds", "securityGroupIds"],
  computed: ["arn", "ownerId", "prefixListId", "state", "tagsAll"],
  refuse: refuseVpcEndpoint,
  async create(context, i) {
    const { VpcEndpoint } = await context.aws.ec2.send(
      new ec2.CreateVpcEndpointCommand({
        VpcId: i["vpcId"],
        ServiceName: i["serviceName"],
        VpcEndpointType: i["vpcEndpointType"] ?? "Gateway",
        RouteTableIds: i["routeTableIds"],
        SubnetIds: i["subnetIds"],
        SecurityGroupIds: i["securityGroupIds"],
        PrivateDnsEnabled: i["privateDnsEnabled"],
        TagSpecifications: Object.keys((i["tags"] ?? {}) as Props).length
          ? [{ ResourceType: "vpc-endpoint", Tags: tagList(i["tags"]) }]
          : undefined,
      }),
    );
    const id = VpcEndpoint!.VpcEndpointId!;
    const { region, accountId } = context;
    return {
      id,
      outputs: {
        arn: `arn:aws:ec2:${region}:${accountId}:vpc-endpoint/${id}`,
        ownerId: accountId,
        state: VpcEndpoint!.State,
        prefixListId:
          (i["vpcEndpointType"] ?? "Gateway") === "Gateway" ? await prefixListId(context, i["serviceName"]) : undefined,
      },
    };
  },
  async update({ aws }, id, i) {
    if (Object.keys((i["tags"] ?? {}) as Props).length > 0)
      await aws.ec2.send(new ec2.CreateTagsCommand({ Resources: [id], Tags: tagList(i["tags"]) }));
  },
  async exists({ aws }, id) {
    const { VpcEndpoints } = await aws.ec2.send(new ec2.DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }));
    return (VpcEndpoints ?? []).length > 0;
  },
  delete: ({ aws }, id) => gone(aws.ec2.send(new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }))),
};

export const endpointHandlers = [vpcEndpoint];
