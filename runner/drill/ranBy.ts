import { type Env, EnvReader } from "../config";

/** What is asked about who runs this. */
export interface CallerSources {
  env: Env;
  /** What a person gave. */
  given: string | undefined;
  /** `user@machine` of the operating system; null where it has no name. */
  systemUser: () => string | null;
  /** Gets JSON. */
  fetchJson: (url: string) => Promise<unknown>;
}

/**
 * Who runs a drill. In ECS the task's ARN, which nobody can give himself; elsewhere what a person says, else the account of the
 * operating system, not $USER, which is but a word. Null when nobody can say.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
 */
export async function callerOf({ env, given, systemUser, fetchJson }: CallerSources): Promise<string | null> {
  const endpoint = new EnvReader(env).optional("ECS_CONTAINER_METADATA_URI_V4");
  if (endpoint === undefined) return given ?? systemUser();
  // An evidence record without a name is worth more than none.
  const task = await fetchJson(`${endpoint}/task`).catch(() => undefined);
  const { TaskARN: arn } = (task ?? {}) as { TaskARN?: unknown };
  return typeof arn === "string" && arn.startsWith("arn:") ? arn : null;
}
