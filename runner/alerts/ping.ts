import { type PostDependencies, send } from "./post";
import { systemPost } from "./system";

/**
 * Tells a dead-man's switch (a URL in the manner of healthchecks) that all is well: one GET, repeated as alerts are.
 *
 * @param url the whole URL; a secret, so it never shows
 * @throws StageError `undelivered`, or `usage` when it is no http or https URL
 */
export async function sendPing(
  url: string,
  signal: AbortSignal,
  dependencies: Omit<PostDependencies, "signal"> = systemPost,
): Promise<void> {
  await send({ name: "ping", url }, { ...dependencies, signal });
}
