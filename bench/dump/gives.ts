/** Speed is one column; this is what else a person gets. */
import { markdownTable } from "../shared/markdown";

const YES = "yes";
const NO = "no";

/** What each kind gives and does not give. */
export function givesTable(): string {
  return markdownTable(
    [
      "what",
      "one table alone, by its own bytes",
      "no disk needed",
      "commit record: a dump that died is never taken for a backup",
      "every byte read back and checked",
      "other major version, other architecture",
      "point in time between backups",
    ],
    [
      ["ours, single stream", "no: reads the whole object", YES, YES, "yes (`backup`, then verify)", YES, NO],
      ["ours, parallel", YES, YES, YES, "yes (`backup`, then verify)", YES, NO],
      [
        "`pg_dump | ... | aws s3 cp -`, s5cmd, rclone",
        "no: reads the whole object",
        YES,
        "no: a pipe that breaks may still store an object",
        NO,
        YES,
        NO,
      ],
      [
        "`pg_dump -Fd -j` + upload",
        "yes, as files",
        "no: the whole dump",
        "no: a folder half uploaded looks like one",
        NO,
        YES,
        NO,
      ],
      ["pgBackRest", "no: a cluster", YES, YES, "yes (checksums, `verify`)", NO, "yes, with its WAL archive"],
      [
        "barman-cloud-backup",
        "no: a cluster",
        "parts of it in a temporary folder",
        YES,
        NO,
        NO,
        "yes, with its WAL archive",
      ],
    ],
  );
}
