// The few data sources that components ask.
import { GetRoleCommand } from "@aws-sdk/client-iam";
import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Context } from "./handler";
import type { Props } from "./wire";

const ASSUMED_ROLE = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\/(.+)$/;

const invokes: Record<string, (context: Context, args: Props) => Promise<Props>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": async ({ aws }) => {
    const me = await aws.sts.send(new GetCallerIdentityCommand({}));
    return { accountId: me.Account, arn: me.Arn, userId: me.UserId, id: me.Account };
  },
  "aws:index/getRegion:getRegion": async ({ region }) => ({
    region,
    name: region,
    id: region,
    description: region,
    endpoint: `ec2.${region}.amazonaws.com`,
  }),
  "aws:index/getPartition:getPartition": async ({ partition }) => ({
    partition,
    id: partition,
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  }),
  // A role session is traced back to its role; any other ARN is its own issuer.
  "aws:iam/getSessionContext:getSessionContext": async ({ aws }, { arn }) => {
    const session = ASSUMED_ROLE.exec(arn as string);
    if (!session) return { arn, id: arn, issuerArn: arn, issuerId: "", issuerName: "", sessionName: "" };
    const { Role } = await aws.iam.send(new GetRoleCommand({ RoleName: session[3] }));
    return {
      arn,
      id: arn,
      issuerArn: Role!.Arn,
      issuerId: Role!.RoleId,
      issuerName: Role!.RoleName,
      sessionName: session[4],
    };
  },
  // Where the bucket is comes from S3, whatever region is asked; one that is not there is an error.
  "aws:s3/getBucket:getBucket": async ({ aws, region, partition }, { bucket }) => {
    const head = await aws.s3AnyRegion.send(new HeadBucketCommand({ Bucket: bucket as string }));
    return {
      bucket,
      id: bucket,
      arn: `arn:${partition}:s3:::${bucket as string}`,
      bucketRegion: head.BucketRegion,
      region,
    };
  },
  "aws:iam/getPolicyDocument:getPolicyDocument": async (_context, args) => {
    const json = JSON.stringify(
      { Version: args["version"] ?? "2012-10-17", Statement: ((args["statements"] ?? []) as Props[]).map(statement) },
      null,
      2,
    );
    return { ...args, json, minifiedJson: JSON.stringify(JSON.parse(json)), id: "policy" };
  },
};

function principals(list: Props[] | undefined): unknown {
  if (!list || list.length === 0) return undefined;
  if (list.some((p) => p["type"] === "*")) return "*";
  return Object.fromEntries(list.map((p) => [p["type"], p["identifiers"]]));
}

function statement(s: Props): Props {
  const condition: Record<string, Props> = {};
  for (const c of (s["conditions"] ?? []) as Props[]) {
    condition[c["test"] as string] = { ...condition[c["test"] as string], [c["variable"] as string]: c["values"] };
  }
  return {
    Sid: s["sid"],
    Effect: s["effect"] ?? "Allow",
    Action: s["actions"],
    NotAction: s["notActions"],
    Resource: s["resources"],
    NotResource: s["notResources"],
    Principal: principals(s["principals"]),
    NotPrincipal: principals(s["notPrincipals"]),
    Condition: Object.keys(condition).length > 0 ? condition : undefined,
  };
}

/** @throws Error for a data source that is not in the list: none is ever echoed */
export async function invoke(token: string, context: Context, args: Props): Promise<Props> {
  const answer = invokes[token];
  if (!answer) {
    throw new Error(`the stand-in provider does not serve ${token}: it serves ${Object.keys(invokes).join(", ")}`);
  }
  return answer(context, args);
}
