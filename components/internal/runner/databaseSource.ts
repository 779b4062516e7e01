import type { DatabaseArgs, DatabaseListArgs, FreshnessDatabaseArgs } from "../../types";

/** Characters that stand for themselves in an IAM resource and in a URL. */
const LIST_KEY = /^[\w!.'()-][\w!.'()/-]{0,1023}$/;

/** Where databases come from: one of the two. */
export interface DatabaseSource {
  databases?: DatabaseArgs[] | FreshnessDatabaseArgs[] | undefined;
  databaseList?: DatabaseListArgs | undefined;
}

/** Problems of where databases come from, and of a list's key. */
export function databaseSourceProblems({ databases, databaseList }: DatabaseSource): string[] {
  if (databases !== undefined && databaseList !== undefined) {
    return ["databases and databaseList are both given; keep one: a list replaces the databases"];
  }
  if (databaseList === undefined) {
    return databases === undefined ? ["databases or databaseList must be given; what is to be backed up?"] : [];
  }
  return LIST_KEY.test(databaseList.key)
    ? []
    : [
        "databaseList.key must be 1-1024 characters of A-Z, a-z, 0-9 and _!.'()/-, without a / in front " +
          `(a * would grant other objects), got "${databaseList.key}"`,
      ];
}
