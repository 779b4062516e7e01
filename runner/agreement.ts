import type { DumpSession, PlannedObject, ProducedObject, ProducedTable } from "./dump/dumpSource";
import { problemsError } from "./errors";
import type { Digest, ManifestTable } from "./manifestFormat";
import { tableKey, tableName } from "./tableName";

const OBJECT_NAME = /^[a-z0-9][a-z0-9.-]{0,99}$/;
/** More would only repeat themselves. */
const MOST_PROBLEMS = 20;

/** An object whose every part storage took, and what its producer says that it holds. */
export interface SentDump {
  planned: PlannedObject;
  produced: ProducedObject;
  stored: Digest;
}

/**
 * Refuses a plan that no recovery point could be made from, before anything is uploaded.
 * @throws StageError `dump` with all problems
 */
export function requirePlan(session: Pick<DumpSession, "objects" | "workers">): void {
  const problems: string[] = [];
  const names = session.objects.map((object) => object.name);
  if (names.length === 0) problems.push("there is no object to write");
  if (!(Number.isInteger(session.workers) && session.workers >= 1)) {
    problems.push(`${session.workers} workers; at least 1 is needed`);
  }
  const seen = new Set<string>();
  const twice = names.filter((name) => seen.size === seen.add(name).size);
  problems.push(...[...new Set(twice)].map((name) => `two objects have the name "${name}"; a key is written once`));
  const bad = names.filter((name) => !OBJECT_NAME.test(name));
  problems.push(...bad.map((name) => `"${name}" is no object name (a-z, 0-9, dots and hyphens)`));
  if (problems.length > 0) throw problemsError("dump plan", "dump", problems, MOST_PROBLEMS);
}

/** Frames follow one another from the first byte of their object to its last. */
function frameProblems({ planned, produced, stored }: SentDump): string[] {
  const problems: string[] = [];
  let end = 0;
  let rawBytes = 0;
  for (const table of produced.tables) {
    const { offset, bytes } = table.data;
    if (offset !== end || !(bytes > 0)) {
      problems.push(
        `${planned.name}: ${tableName(table)} is said to have bytes ${offset} to ${offset + bytes}, the one before it ends at ${end}`,
      );
    }
    end = offset + bytes;
    rawBytes += table.data.rawBytes;
  }
  if (end !== stored.bytes)
    problems.push(`${planned.name}: its tables end at byte ${end}, ${stored.bytes} were stored`);
  if (rawBytes !== produced.raw.bytes) {
    problems.push(
      `${planned.name}: its tables have ${rawBytes} bytes before compression, it has ${produced.raw.bytes}`,
    );
  }
  return problems;
}

/** The ranges of a table's blocks cover all of them, each once. */
function rangeProblems(ranges: readonly ProducedTable[]): string[] {
  const sorted = ranges.map(({ data }) => data).sort((a, b) => (a.fromBlock ?? 0) - (b.fromBlock ?? 0));
  const isWhole =
    (sorted[0]!.fromBlock ?? 0) === 0 &&
    sorted.at(-1)!.toBlock === undefined &&
    sorted.slice(1).every((data, i) => data.fromBlock !== undefined && data.fromBlock === sorted[i]!.toBlock);
  if (isWhole) return [];
  const shown = sorted.map(({ fromBlock, toBlock }) => `${fromBlock ?? 0}-${toBlock ?? "end"}`).join(", ");
  return [`${tableName(ranges[0]!)}: its blocks are in ranges ${shown}, which do not cover each of them once`];
}

/**
 * Holds what the producers say against what storage took, before anything is completed.
 * @throws StageError `dump` of stage "commit" with all problems
 */
export function requireAgreement(tables: readonly ManifestTable[], dumps: readonly SentDump[]): void {
  const problems: string[] = [];
  const known = new Set(tables.map(tableKey));
  const ranges = new Map<string, ProducedTable[]>();
  for (const dump of dumps) {
    const { planned, produced, stored } = dump;
    if (stored.bytes === 0 || produced.raw.bytes === 0) {
      problems.push(
        `${planned.name}: ${produced.raw.bytes} bytes were dumped and ${stored.bytes} stored; none may be 0`,
      );
    } else if (planned.role === "tables") problems.push(...frameProblems(dump));
    else if (produced.tables.length > 0) problems.push(`${planned.name}: an object of role ${planned.role} has tables`);
    for (const table of produced.tables) {
      if (!known.has(tableKey(table)))
        problems.push(`${planned.name}: ${tableName(table)} is no table of the snapshot`);
      ranges.set(tableKey(table), [...(ranges.get(tableKey(table)) ?? []), table]);
    }
  }
  for (const of of ranges.values()) problems.push(...rangeProblems(of));
  if (problems.length > 0) throw problemsError("commit", "dump", problems, MOST_PROBLEMS);
}
