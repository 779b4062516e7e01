import * as pulumi from "@pulumi/pulumi";

/** A resource as it was registered. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, any>;
  provider: string;
  urn: string;
}

export const ACCOUNT = "111111111111";
export const DEPLOYER = `arn:aws:iam::${ACCOUNT}:role/deployer`;
/** Account of every provider whose name ends like the one that the components make for a replica elsewhere. */
export const OTHER_ACCOUNT = "222222222222";
export const OTHER_DEPLOYER = `arn:aws:iam::${OTHER_ACCOUNT}:role/replica-deployer`;
export const REGION = "eu-central-1";
export const REPLICA_REGION = "eu-west-1";
export const IMAGE = `registry.example/backup321@sha256:${"ab".repeat(32)}`;
export const SECRET = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:orders-AbCdEf`;

/** Everything registered since `startMocks`. */
export let registered: Registered[] = [];
/** Every look-up since `startMocks`. */
export let lookUps: { token: string; provider: string | undefined }[] = [];

const isElsewhere = (provider: string | undefined): boolean => /replica-provider::[^:]*$/.test(provider ?? "");

/** What the provider would answer, as far as our documents are made from it. */
function stateOf(
  type: string,
  name: string,
  inputs: Record<string, any>,
  provider: string | undefined,
): Record<string, any> {
  const account = isElsewhere(provider) ? OTHER_ACCOUNT : ACCOUNT;
  const kind = type.split(":").pop()!;
  const region = inputs.region ?? REGION;
  const service = type.split(":")[1]!.split("/")[0]!;
  const state: Record<string, any> = {
    ...inputs,
    name: inputs.name ?? `${name}-0123456`,
    arn: inputs.arn ?? `arn:aws:${service}:${region}:${account}:${kind.toLowerCase()}/${name}`,
  };
  if (kind === "Bucket") Object.assign(state, { bucket: `${name}-0123456`, arn: `arn:aws:s3:::${name}-0123456` });
  if (kind === "Queue") state.url = `https://queues.example/${name}`;
  if (kind === "VpcEndpoint") state.prefixListId = `pl-${name}`;
  if (kind === "TaskDefinition") {
    state.arnWithoutRevision = `arn:aws:ecs:${region}:${ACCOUNT}:task-definition/${inputs.family}`;
    state.arn = `${state.arnWithoutRevision}:1`;
  }
  return state;
}

/** Pulumi's mocks for one test. Any look-up that is not listed fails it. */
export async function startMocks(
  options: {
    preview?: boolean;
    region?: string;
    deployer?: string;
    /** Account of the other provider. */
    otherAccount?: string;
    /** Region of each bucket that is there already. */
    existingBuckets?: Record<string, string>;
  } = {},
): Promise<void> {
  registered = [];
  lookUps = [];
  const answers: Record<string, Record<string, unknown>> = {
    "aws:index/getCallerIdentity:getCallerIdentity": {
      accountId: ACCOUNT,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deployer/me`,
    },
    "aws:index/getRegion:getRegion": { region: options.region ?? REGION },
    "aws:index/getPartition:getPartition": { partition: "aws" },
    "aws:iam/getSessionContext:getSessionContext": { issuerArn: options.deployer ?? DEPLOYER },
  };
  const elsewhere: typeof answers = {
    "aws:index/getCallerIdentity:getCallerIdentity": {
      accountId: options.otherAccount ?? OTHER_ACCOUNT,
      arn: `arn:aws:sts::${OTHER_ACCOUNT}:assumed-role/replica-deployer/me`,
    },
    "aws:iam/getSessionContext:getSessionContext": { issuerArn: OTHER_DEPLOYER },
  };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider, id }) => {
        registered.push({ type, name, inputs, provider: provider ?? "", urn: "" });
        if (!type.startsWith("aws:")) return { id: id ?? "", state: {} };
        return {
          id: options.preview ? undefined! : `${name}-id`,
          state: options.preview ? inputs : stateOf(type, name, inputs, provider),
        };
      },
      call: ({ token, inputs, provider }) => {
        lookUps.push({ token, provider });
        if (token === "aws:s3/getBucket:getBucket") {
          const bucket = inputs.bucket as string;
          const bucketRegion = options.existingBuckets?.[bucket];
          if (!bucketRegion) throw new Error(`reading S3 Bucket (${bucket}): couldn't find resource`);
          return { bucket, arn: `arn:aws:s3:::${bucket}`, bucketRegion };
        }
        const answer = (isElsewhere(provider) && elsewhere[token]) || answers[token];
        if (!answer) throw new Error(`unexpected look-up ${token}`);
        return answer;
      },
    },
    "project",
    "stack",
    options.preview ?? false,
  );
}

/** Waits until everything that was started is registered. */
export async function settle(): Promise<void> {
  await pulumi.runtime.disconnect();
}

/** The one resource of that name, and type ending. */
export function byName(name: string, kind?: string): Registered {
  const found = registered.filter(
    (r) => r.name === name && r.type.startsWith("aws:") && (!kind || r.type.endsWith(`:${kind}`)),
  );
  if (found.length !== 1) {
    throw new Error(`${found.length} resources named ${name}; there are ${registered.map((r) => r.name).join(", ")}`);
  }
  return found[0]!;
}

/** Statements of a JSON policy, by Sid. */
export function statementsOf(json: string): Record<string, any> {
  const { Statement } = JSON.parse(json) as { Statement: { Sid: string }[] };
  return Object.fromEntries(Statement.map((statement) => [statement.Sid, statement]));
}

/** Value of an output. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value)));
}
