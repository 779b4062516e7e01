import { PREFIXES } from "../contract";
import type { Repository } from "../repository/repository";
import type { VerificationEvidence } from "./evidence";
import { type Listing, MOST_KEYS, newestOf, readRecords } from "./readRecords";
import { decodeVerification } from "./verificationRecord";

/** The clock of who verifies may be ahead of storage's. */
const CLOCKS_APART_MS = 86_400_000;

/** Months that hold something, newest first. */
async function months(repository: Repository, prefix: string): Promise<string[]> {
  const folders = async (above: string, name: RegExp) =>
    (await repository.listFolders(above))
      .filter((folder) => name.test(folder))
      .sort()
      .reverse();
  const found: string[] = [];
  for (const year of await folders(prefix, /\/\d{4}\/$/)) found.push(...(await folders(year, /\/\d{2}\/$/)));
  return found;
}

/**
 * Keys of records that were stored in a period. They lie under the day of the recovery point, and an old point may be verified again at any
 * time, so all months are looked through, the newest first.
 */
async function storedSince(repository: Repository, prefix: string, since: Date): Promise<Listing> {
  const found: { key: string; at: number }[] = [];
  const remarks: string[] = [];
  let seen = 0;
  let reached: string | undefined;
  for (const month of await months(repository, prefix)) {
    if (seen > MOST_KEYS) {
      const [year, number] = reached!.slice(prefix.length).split("/");
      remarks.push(
        `verifications of recovery points taken before ${year!}-${number!} were not looked for: ${prefix} holds more than ${MOST_KEYS} keys since then`,
      );
      break;
    }
    for await (const { key, lastModified } of repository.list(month)) {
      seen += 1;
      const at = lastModified.getTime();
      if (/-[1-9]\d*\.json$/.test(key) && at >= since.getTime() - CLOCKS_APART_MS) found.push({ key, at });
    }
    reached = month;
  }
  found.sort((a, b) => b.at - a.at || (a.key < b.key ? 1 : -1));
  const newest = newestOf(
    found.map(({ key }) => key),
    "verification records",
  );
  return { keys: newest.keys, remarks: [...remarks, ...newest.remarks] };
}

/** Verifications of a database that began in the period, newest first. */
export async function verificationsOf(
  repository: Repository,
  database: string,
  since: Date,
): Promise<{ verifications: VerificationEvidence[]; remarks: string[] }> {
  const listing = await storedSince(repository, `${PREFIXES.verifications}${database}/`, since);
  const { records, remarks } = await readRecords(repository, listing.keys, decodeVerification);
  const inPeriod = records.filter(({ startedAt }) => new Date(startedAt) >= since);
  const newestFirst = (a: VerificationEvidence, b: VerificationEvidence) => (a.startedAt < b.startedAt ? 1 : -1);
  return { verifications: inPeriod.sort(newestFirst), remarks: [...listing.remarks, ...remarks] };
}
