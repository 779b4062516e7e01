import type { PostgresSettings } from "../postgres/connection";
import { withClient } from "../restoreTemporary";
import { dropUnfinished, type UnfinishedRestore, unfinishedRestores } from "../unfinishedRestores";
import { StageError } from "../errors";
import { confirm } from "./confirm";
import type { CliContext } from "./context";
import { humanBytes, json, table } from "./format";

/** What to do about restores that were never finished. */
export interface UnfinishedOptions {
  dropUnfinished?: boolean;
  confirm?: string;
  json?: boolean;
}

function listText(restores: readonly UnfinishedRestore[]): string {
  if (restores.length === 0) return "no unfinished restores";
  const rows = restores.map(({ name, recoveryPointId, startedAt, bytes, sessions }) => [
    name,
    recoveryPointId,
    startedAt,
    humanBytes(bytes),
    String(sessions),
  ]);
  return table(["Database", "Recovery point", "Begun", "Size", "Sessions"], rows);
}

/**
 * Lists restores that were never finished, or drops those that nobody is connected to: each only when its name was typed, or the one
 * whose name an option gives.
 * @throws StageError `usage`, `restore`
 */
export async function unfinishedCommand(
  context: CliContext,
  settings: PostgresSettings,
  options: UnfinishedOptions,
): Promise<void> {
  await withClient(settings, async (client) => {
    const all = await unfinishedRestores(client);
    if (!options.dropUnfinished) {
      context.out(options.json ? json(all) : listText(all));
      return;
    }
    const wanted = options.confirm === undefined ? all : all.filter(({ name }) => name === options.confirm);
    if (options.confirm !== undefined && wanted.length === 0) {
      const detail = `"${options.confirm}" is no unfinished restore on ${settings.host}; --list-unfinished shows them`;
      throw new StageError("unfinished restores", "usage", detail);
    }
    const dropped: string[] = [];
    for (const restore of wanted) {
      const what = `database "${restore.name}" (${humanBytes(restore.bytes)}, begun ${restore.startedAt}) will be dropped`;
      await confirm(context, what, restore.name, options.confirm);
      dropped.push(...(await dropUnfinished(client, [restore])));
    }
    const text = dropped.length === 0 ? "no unfinished restores" : `dropped ${dropped.join(", ")}`;
    context.out(options.json ? json({ dropped }) : text);
  });
}
