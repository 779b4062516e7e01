// What EC2 refuses about rules of security groups and about endpoints. Pure; one message per problem.
import { known, type Props } from "../wire";

const SOURCES = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

export function ingressOrEgress(i: Props): string[] {
  const problems: string[] = [];
  const given = SOURCES.filter((key) => i[key] !== undefined);
  if (given.length !== 1) problems.push(`exactly one of ${SOURCES.join(", ")} must be given, not ${given.length}`);
  const { ipProtocol: protocol, fromPort, toPort } = i;
  if (protocol === "-1" && (fromPort !== undefined || toPort !== undefined))
    problems.push("ports must be left out for protocol -1");
  if (["tcp", "udp"].includes(protocol) && (fromPort === undefined || toPort === undefined))
    problems.push(`fromPort and toPort are needed for protocol ${protocol}`);
  if (fromPort > toPort) problems.push(`fromPort ${fromPort} is greater than toPort ${toPort}`);
  const cidr = i["cidrIpv4"] as unknown;
  if (typeof cidr === "string" && known(cidr) && !/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(cidr))
    problems.push(`cidrIpv4 is "${cidr}": it must look like 10.0.0.0/16`);
  return problems;
}

const INTERFACE_ONLY = ["subnetIds", "securityGroupIds", "privateDnsEnabled"];

export function vpcEndpoint(i: Props): string[] {
  const kind = i["vpcEndpointType"] ?? "Gateway";
  if (!known(kind)) return [];
  if (kind === "Gateway") {
    const given = INTERFACE_ONLY.filter((key) => i[key] !== undefined);
    return given.length === 0 ? [] : [`a Gateway endpoint takes no ${given.join(", ")}`];
  }
  return i["routeTableIds"] === undefined ? [] : ["an Interface endpoint takes no routeTableIds"];
}
