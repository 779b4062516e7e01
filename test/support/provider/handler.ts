// What a resource type has to say about itself, and small tools shared by the table's rows.
import type { NameRule } from "./autoName";
import type { AwsClients } from "./awsClients";
import { isObject, type Props } from "./wire";

export interface Context {
  aws: AwsClients;
  region: string;
  accountId: string;
  partition: string;
}

export interface Created {
  id: string;
  /** Computed outputs; inputs are outputs already. */
  outputs?: Props;
}

/** One resource type. Inputs are plain: secrets opened, everything known (except in `refuse`). */
export interface Handler {
  type: string;
  create(context: Context, inputs: Props): Promise<Created>;
  /** In-place change; returns computed outputs that changed. Without it every change replaces. */
  update?(context: Context, id: string, inputs: Props, olds: Props): Promise<Props | void>;
  /** False when the resource is gone from AWS; default: it is still there. */
  exists?(context: Context, id: string, state: Props): Promise<boolean>;
  delete(context: Context, id: string, state: Props): Promise<void>;
  /** Inputs whose change needs a new resource. `region` always does. */
  replaceOn: readonly string[];
  /** Outputs that are unknown at preview. */
  computed: readonly string[];
  name?: NameRule;
  /** Outputs that are secret although no input was. */
  secretOutputs?: readonly string[];
  /** What AWS refuses and can be seen in the inputs; one message per problem. Unknown values must pass. */
  refuse?: (inputs: Props) => string[];
  /** True when no stand-in serves the API: programs with the type can be previewed, and creating it fails. */
  previewOnly?: boolean;
}

/** `{a: "b"}` to `[{Key: "a", Value: "b"}]`. */
export const tagList = (tags: Props | undefined): { Key: string; Value: string }[] =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value: String(Value) }));

/** The same in lower case, as the newer APIs want it. */
export const lowerTagList = (tags: Props | undefined): { key: string; value: string }[] =>
  Object.entries(tags ?? {}).map(([key, value]) => ({ key, value: String(value) }));

const PASCAL: Record<string, string> = {
  id: "ID",
  sseAlgorithm: "SSEAlgorithm",
  kmsMasterKeyId: "KMSMasterKeyID",
  replicaKmsKeyId: "ReplicaKmsKeyID",
};

/** Property names as the XML and query APIs spell them. Empty objects stay: `filter: {}` means "all". */
export function pascal(value: any): any {
  if (Array.isArray(value)) return value.map(pascal);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [PASCAL[k] ?? k.charAt(0).toUpperCase() + k.slice(1), pascal(v)]),
  );
}

/** Runs a deletion and takes "it is not there" for success. */
export async function gone(deletion: Promise<unknown>): Promise<void> {
  await found(deletion);
}

const ABSENT = /NotFound|NoSuch|NonExistent|DoesNotExist|NotExist/;

/** True when the call succeeds, false when AWS says that there is no such thing, an error otherwise. */
export async function found(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof Error && ABSENT.test(error.name)) return false;
    throw error;
  }
}
