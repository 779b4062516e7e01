import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AlertChannelKind, DatabaseBackup, SslMode, Tier } from "../../components";
import { SERVER_IMAGE } from "./fixtures";
import { ACCOUNT, IMAGE, REGION, REPLICA_REGION } from "./mocks";

/** The replica's account, where it is another one. */
export const OTHER_ACCOUNT = "222222222222";
/** The name of the layout; of every child it is the start. */
const NAME = "acme";
/** Marks the provider that reaches the replica's account. */
const REPLICA_PROVIDER = "replica-account";

/** A resource as AWS would know it. */
interface Known {
  type: string;
  name: string;
  account: string;
  inputs: Record<string, any>;
  state: Record<string, any>;
}

/** Every policy document of a layout, with real-looking ARNs. */
export class IamLayout {
  constructor(private readonly known: readonly Known[]) {}

  /** The one resource whose logical name is that, and whose type ends so. */
  private find(kind: string, name: string): Known {
    const found = this.known.filter((one) => one.type.endsWith(`:${kind}`) && one.name === name);
    if (found.length === 1) return found[0]!;
    const names = this.known.filter((one) => one.type.endsWith(`:${kind}`)).map((one) => one.name);
    throw new Error(`${found.length} resources of type ${kind} are named ${name}; there are ${names.join(", ")}`);
  }

  /** ARN of a resource by its logical name. */
  arnOf(kind: string, name: string): string {
    return this.find(kind, name).state.arn as string;
  }

  /** ARN and policy of a role; all of its inline policies. */
  role(name: string): { arn: string; account: string; trust: string; policies: string[] } {
    const role = this.find("Role", name);
    const policies = this.known
      .filter((one) => one.type.endsWith(":RolePolicy") && one.account === role.account)
      .filter((one) => one.inputs.role === role.state.name)
      .map((one) => one.inputs.policy as string);
    return { arn: role.state.arn, account: role.account, trust: role.inputs.assumeRolePolicy, policies };
  }

  /** Logical names of every role. */
  get roleNames(): string[] {
    return this.known.filter((one) => one.type.endsWith(":Role")).map((one) => one.name);
  }

  /** Sids of every statement that denies, in whatever policy of a resource. */
  get denials(): string[] {
    const documents = this.known
      .filter(({ type }) => /:(BucketPolicy|Key|TopicPolicy|QueuePolicy)$/.test(type))
      .map(({ inputs }) => JSON.parse(inputs.policy as string) as { Statement: { Sid: string; Effect: string }[] });
    const sids = documents.flatMap(({ Statement }) => Statement.filter(({ Effect }) => Effect === "Deny"));
    return [...new Set(sids.map(({ Sid }) => Sid))].sort();
  }

  /** `<role> <action>` of everything that a role's own policies allow. */
  get grants(): string[] {
    return this.roleNames.flatMap((name) =>
      this.role(name).policies.flatMap((text) =>
        (JSON.parse(text) as { Statement: { Action: string | string[] }[] }).Statement.flatMap(({ Action }) =>
          [Action].flat().map((action) => `${name} ${action}`),
        ),
      ),
    );
  }

  /** The policy of the resource with that ARN, and the account it is in, where either is known. */
  resourcePolicy(arn: string): { account?: string; policy?: string } {
    const bucket = /^arn:aws:s3:::([^/]+)/.exec(arn)?.[1];
    const owner = this.known.find(({ state }) => state.arn === (bucket ? `arn:aws:s3:::${bucket}` : arn));
    if (!owner) return { account: /^(?:[^:]*:){4}(\d{12}):/.exec(arn)?.[1] };
    const attached = this.known.find(
      ({ type, inputs }) =>
        (type.endsWith(":BucketPolicy") && inputs.bucket === bucket) ||
        (type.endsWith(":TopicPolicy") && inputs.arn === arn) ||
        (type.endsWith(":QueuePolicy") && inputs.queueUrl === owner.state.url && owner.state.url !== undefined),
    );
    const own = owner.type.endsWith(":Role") ? owner.inputs.assumeRolePolicy : owner.inputs.policy;
    return { account: owner.account, policy: attached?.inputs.policy ?? own };
  }
}

/** ARNs in the shape of each service, because an evaluator matches them against what an action accepts. */
function arnOf(type: string, name: string, region: string, account: string): string {
  const at = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
  switch (type.split(":").pop()!) {
    case "Bucket":
      return `arn:aws:s3:::${name}`;
    case "Role":
      return `arn:aws:iam::${account}:role/${name}`;
    case "Key":
      return at("kms", `key/${name}`);
    case "Topic":
      return at("sns", name);
    case "Queue":
      return at("sqs", name);
    case "Function":
      return at("lambda", `function:${name}`);
    case "StateMachine":
      return at("states", `stateMachine:${name}`);
    case "LogGroup":
      return at("logs", `log-group:${name}`);
    case "EventRule":
      return at("events", `rule/${name}`);
    case "ScheduleGroup":
      return at("scheduler", `schedule-group/${name}`);
    case "Cluster":
      return at("ecs", `cluster/${name}`);
    case "TaskDefinition":
      return at("ecs", `task-definition/${name}:1`);
    default:
      return at(type.split(":")[1]!.split("/")[0]!.toLowerCase(), name);
  }
}

/** The ARN of a secret of the layout; one whose name ends in `-there` is in the replica's region. */
export function secretArn(database: string): string {
  const region = database.endsWith("-there") ? REPLICA_REGION : REGION;
  return `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:${database}-AbCdEf`;
}

/** The identity that deploys, and by default administers, in an account. */
export function deployerOf(account: string): string {
  return `arn:aws:iam::${account}:role/deployer`;
}

/** Instantiates the whole layout with the databases `shop` and `crm`, and keeps what it registers. */
export async function iamLayout(options: { otherAccount: boolean }): Promise<IamLayout> {
  const known: Known[] = [];
  const accountOf = (provider: string | undefined): string =>
    provider?.includes(REPLICA_PROVIDER) ? OTHER_ACCOUNT : ACCOUNT;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider, id }) => {
        if (!type.startsWith("aws:")) return { id: id ?? `${name}-id`, state: inputs };
        const account = accountOf(provider);
        const physical = String(inputs.name ?? inputs.family ?? `${name}-0123456`);
        const region = String(inputs.region ?? REGION);
        // A topic's policy goes by the ARN of its topic.
        const arn = type.endsWith(":TopicPolicy") ? String(inputs.arn) : arnOf(type, physical, region, account);
        const state: Record<string, any> = { ...inputs, name: physical, arn };
        if (type.endsWith(":Bucket")) state.bucket = physical;
        if (type.endsWith(":Queue")) state.url = `https://queues.example/${physical}`;
        if (type.endsWith(":TaskDefinition")) state.arnWithoutRevision = arn.replace(/:1$/, "");
        known.push({ type, name, account, inputs, state });
        return { id: type.endsWith(":Queue") ? state.url : `${physical}-id`, state };
      },
      call: ({ token, provider }) => {
        const accountId = accountOf(provider);
        const answers: Record<string, Record<string, unknown>> = {
          getCallerIdentity: { accountId, arn: `arn:aws:sts::${accountId}:assumed-role/deployer/me` },
          getRegion: { region: accountId === ACCOUNT ? REGION : REPLICA_REGION },
          getPartition: { partition: "aws" },
          getSessionContext: { issuerArn: deployerOf(accountId) },
        };
        const answer = answers[token.split(":").pop()!];
        if (!answer) throw new Error(`unexpected look-up ${token}`);
        return answer;
      },
    },
    "project",
    "stack",
    false,
  );
  const replicaProvider = options.otherAccount
    ? new aws.Provider(REPLICA_PROVIDER, { region: REPLICA_REGION, allowedAccountIds: [OTHER_ACCOUNT] })
    : undefined;
  new DatabaseBackup(
    NAME,
    {
      databases: [
        { name: "shop", secretArn: secretArn("shop") },
        {
          name: "crm",
          rdsIamAuth: { host: "crm.example", resourceId: "db-CRM", username: "backup", databaseName: "crm" },
          sslMode: SslMode.Require,
          tiers: ["daily"],
        },
      ],
      tiers: [
        { tier: Tier.Daily, expireDays: 35 },
        { tier: Tier.Monthly, expireDays: 400, lockDays: 370 },
      ],
      image: IMAGE,
      vpcId: "vpc-1",
      subnetIds: ["subnet-1", "subnet-2"],
      replicaRegion: REPLICA_REGION,
      drill: { serverImage: SERVER_IMAGE, identitySecretArn: secretArn("identity") },
      alertEmails: ["dba@example.com"],
      alerts: {
        channels: [{ kind: AlertChannelKind.Slack, secretArn: secretArn("slack") }],
        replicaChannels: [{ kind: AlertChannelKind.Slack, secretArn: secretArn("slack-there") }],
        pingSecretArn: secretArn("ping"),
        replicaPingSecretArn: secretArn("ping-there"),
      },
      adminPrincipalArns: options.otherAccount ? undefined : [deployerOf(ACCOUNT)],
    },
    { replicaProvider },
  );
  await pulumi.runtime.disconnect();
  return new IamLayout(known);
}
