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
export const REGION = "eu-central-1";
export const REPLICA_REGION = "eu-west-1";
export const IMAGE = `registry.example/backup321@sha256:${"ab".repeat(32)}`;
export const SECRET = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:orders-AbCdEf`;

/** Everything registered since `startMocks`. */
export let registered: Registered[] = [];
/** Every look-up since `startMocks`. */
export let lookUps: { token: string; provider: string | undefined }[] = [];

/** What the provider would answer, as far as our documents are made from it. */
function stateOf(type: string, name: string, inputs: Record<string, any>): Record<string, any> {
  const kind = type.split(":").pop()!;
  const region = inputs.region ?? REGION;
  const service = type.split(":")[1]!.split("/")[0]!;
  const state: Record<string, any> = {
    ...inputs,
    name: inputs.name ?? `${name}-0123456`,
    arn: inputs.arn ?? `arn:aws:${service}:${region}:${ACCOUNT}:${kind.toLowerCase()}/${name}`,
  };
  if (kind === "Bucket") Object.assign(state, { bucket: `${name}-0123456`, arn: `arn:aws:s3:::${name}-0123456` });
  if (kind === "Queue") state.url = `https://queues.example/${name}`;
  if (kind === "TaskDefinition") {
    state.arnWithoutRevision = `arn:aws:ecs:${region}:${ACCOUNT}:task-definition/${inputs.family}`;
    state.arn = `${state.arnWithoutRevision}:1`;
  }
  return state;
}

/** Pulumi's mocks for one test. Any look-up that is not listed fails it. */
export async function startMocks(
  options: { preview?: boolean; region?: string; deployer?: string } = {},
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
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider, id }) => {
        registered.push({ type, name, inputs, provider: provider ?? "", urn: "" });
        if (!type.startsWith("aws:")) return { id: id ?? "", state: {} };
        return {
          id: options.preview ? undefined! : `${name}-id`,
          state: options.preview ? inputs : stateOf(type, name, inputs),
        };
      },
      call: ({ token, provider }) => {
        lookUps.push({ token, provider });
        const answer = answers[token];
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
