import { StageError } from "./errors";
import type { Repository } from "./repository/repository";

/** A walk over date folders looks past foreign or empty ones, but not for ever. */
const MAX_WALK_CALLS = 60;

/** What a walk looks for. */
export interface DatedWalk<T> {
  /** Prefix above the years, ending in "/". */
  root: string;
  /** Last day to look at, `yyyy/mm/dd`. @default every day */
  lastDay?: string | undefined;
  /** Newest of what a day's folder holds; undefined: look on. */
  newestOfDay: (folder: string) => Promise<T | undefined>;
  /** What is looked for, in an error. */
  what: string;
}

/**
 * Newest of what is kept below `<root><yyyy>/<mm>/<dd>/`, by walking the folders from the newest: four calls however long the history.
 * @throws StageError `unhealthy` after 60 folders without any
 */
export async function newestDated<T>(repository: Repository, walk: DatedWalk<T>): Promise<T | undefined> {
  const { root, lastDay = "9999/12/31", newestOfDay, what } = walk;
  const isLater = (folder: string) => {
    const date = folder.slice(root.length, -1);
    return date > lastDay.slice(0, date.length);
  };
  let calls = 0;
  async function below(prefix: string, level: number): Promise<T | undefined> {
    if (++calls > MAX_WALK_CALLS) {
      throw new StageError(
        `${what}s`,
        "unhealthy",
        `${root}: ${MAX_WALK_CALLS} folders without a ${what}; foreign keys fill the repository`,
      );
    }
    if (level === 3) return newestOfDay(prefix);
    const digits = level === 0 ? /\/\d{4}\/$/ : /\/\d{2}\/$/;
    const folders = (await repository.listFolders(prefix)).filter((folder) => digits.test(folder) && !isLater(folder));
    for (const folder of folders.sort().reverse()) {
      const found = await below(folder, level + 1);
      if (found) return found;
    }
    return undefined;
  }
  return below(root, 0);
}
