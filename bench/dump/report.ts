/** Results of all rounds as tables. Pure. */
import { markdownTable, number, type Target, targetsTable } from "../shared/markdown";
import { median, pairedRatio, type Rounds } from "../shared/statistics";
import type { Contender, Result } from "./contender";
import { PARALLEL_LIMIT, SINGLE_LIMIT, YARDSTICK } from "./contenders";

/** Results of one contender by round; undefined where it did not run. */
export type Results = ReadonlyMap<string, readonly (Result | undefined)[]>;

const GB = 1e9;
const MB = 1e6;

const had = (results: Results, key: string): Result[] => (results.get(key) ?? []).filter((one) => one !== undefined);
const walls = (results: Results, key: string): Rounds => (results.get(key) ?? []).map((one) => one?.wallSeconds);
const ratio = (results: Results, mine: string, other: string) =>
  pairedRatio(walls(results, mine), walls(results, other));
const middle = (ran: readonly Result[], of: (result: Result) => number): number | undefined =>
  ran.length === 0 ? undefined : median(ran.map(of));

/** One row for each contender. */
export function resultsTable(contenders: readonly Contender[], results: Results): string {
  const head = [
    "what",
    "wall, s (least to most)",
    "× its limit",
    "× yardstick",
    "client CPU, s",
    "PostgreSQL CPU, s",
    "RSS of the largest process / of all, MiB",
    "stored, MB",
  ];
  const rows = contenders.map((contender) => {
    const ran = had(results, contender.key);
    if (ran.length === 0)
      return [contender.label, `not measured: ${contender.missing ?? "unknown"}`, ...Array<string>(6).fill("-")];
    const seconds = ran.map((one) => one.wallSeconds);
    const once = ran.length === 1 ? ", once" : "";
    return [
      contender.label,
      `${number(median(seconds), 1)} (${number(Math.min(...seconds), 1)} to ${number(Math.max(...seconds), 1)}${once})`,
      number(contender.limit === undefined ? undefined : ratio(results, contender.key, contender.limit), 2),
      number(ratio(results, contender.key, YARDSTICK), 2),
      number(
        middle(ran, (one) => one.clientCpuSeconds),
        1,
      ),
      number(
        middle(ran, (one) => one.postgresCpuSeconds),
        1,
      ),
      `${number(
        middle(ran, (one) => Math.max(0, ...one.largestMiB.values())),
        0,
      )} / ${number(
        middle(ran, (one) => one.allMiB),
        0,
      )}`,
      contender.isStored
        ? number(
            middle(ran, (one) => one.storedBytes / MB),
            0,
          )
        : "-",
    ];
  });
  return markdownTable(head, rows);
}

const atMost = (value: number | undefined, most: number) => (value === undefined ? undefined : value <= most);
const times = (value: number | undefined) => (value === undefined ? "-" : `${value.toFixed(2)} ×`);

/** The quickest of some contenders against `mine`: the largest ratio of mine to each. */
function worstAgainst(results: Results, mine: string, others: readonly string[]): number | undefined {
  const ratios = others.flatMap((other) => ratio(results, mine, other) ?? []);
  return ratios.length === 0 ? undefined : Math.max(...ratios);
}

/** Client CPU of `mine` above that of the single stream's limit, in seconds per GB of plain dump; median over rounds. */
function extraCpuPerGb(results: Results, mine: string, rawBytes: number): number | undefined {
  const limit = results.get(SINGLE_LIMIT) ?? [];
  const extra = (results.get(mine) ?? []).flatMap((one, round) => {
    const other = limit[round];
    return one === undefined || other === undefined
      ? []
      : [(one.clientCpuSeconds - other.clientCpuSeconds) / (rawBytes / GB)];
  });
  return extra.length === 0 ? undefined : median(extra);
}

/** Every target of the dump beside what came of it. */
export function dumpTargets(results: Results, rawBytes: number): string {
  const limit = (what: string, mine: string, limitKey: string, most: number): Target => {
    const value = ratio(results, mine, limitKey);
    return { what, target: `≤ ${most} × its limit`, measured: times(value), isMet: atMost(value, most) };
  };
  const faster = ratio(results, "aws-gzip", "single");
  const pipe = worstAgainst(results, "single", ["aws-zstd", "s5cmd-zstd", "rclone-zstd"]);
  const folder = worstAgainst(results, "parallel", ["folder-gzip", "folder-zstd"]);
  const physical = ratio(results, "parallel", "pgbackrest");
  const stored = (key: string) => middle(had(results, key), (one) => one.storedBytes);
  const [mine, theirs] = [stored("parallel"), stored("pgbackrest")];
  const bytes = mine === undefined || theirs === undefined ? undefined : mine / theirs;
  const cpu = (mineKey: string, name: string): Target => {
    const value = extraCpuPerGb(results, mineKey, rawBytes);
    const measured = value === undefined ? "-" : `${value.toFixed(1)} s/GB`;
    return {
      what: `client CPU of ${name} above \`pg_dump\` + zstd`,
      target: "≤ 2 s per GB of plain dump",
      measured,
      isMet: atMost(value, 2),
    };
  };
  return targetsTable([
    limit("single stream, checked upload, both digests", "single", SINGLE_LIMIT, 1.15),
    {
      what: "single stream against `pg_dump -Fc | aws s3 cp -`",
      target: "≥ 3.2 × faster",
      measured: times(faster),
      isMet: faster === undefined ? undefined : faster >= 3.2,
    },
    {
      what: "single stream against the best pipe",
      target: "never slower",
      measured: `${times(pipe)} its time`,
      isMet: atMost(pipe, 1),
    },
    limit("parallel, without disk, table by table", "parallel", PARALLEL_LIMIT, 1.2),
    {
      what: "parallel against `pg_dump -Fd -j` + upload, the best variant",
      target: "faster",
      measured: `${times(folder)} its time`,
      isMet: atMost(folder, 1),
    },
    cpu("single", "the single stream"),
    cpu("parallel", "parallel"),
    {
      what: "parallel against pgBackRest's full backup",
      target: "faster",
      measured: `${times(physical)} its time`,
      isMet: atMost(physical, 1),
    },
    { what: "the same, bytes stored", target: "fewer", measured: `${times(bytes)} its bytes`, isMet: atMost(bytes, 1) },
  ]);
}
