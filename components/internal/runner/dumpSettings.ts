import { ENV } from "../../../runner/contract";
import { type DumpArgs, DumpShape } from "../../dumpArgs";
import { LIMITS } from "../defaults";
import { enumProblems, wholeNumberProblems } from "../validate";

/** bech32 of 32 bytes. @see https://age-encryption.org/v1 */
const AGE_RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/;

/** Problems of public keys. What is none is not shown: it may be the private key. */
function recipientProblems(where: string, recipients: readonly string[] | undefined): string[] {
  if (recipients === undefined) return [];
  if (recipients.length < 1 || recipients.length > LIMITS.ageRecipients) {
    return [`${where}ageRecipients must hold 1 to ${LIMITS.ageRecipients} public keys, got ${recipients.length}`];
  }
  return recipients.flatMap((recipient, i) => {
    const at = `${where}ageRecipients[${i}]`;
    if (/^AGE-SECRET-KEY/i.test(recipient)) {
      return [
        `${at} is a private key; give its public one (age-keygen -y), and make a new pair: this one has been in a program`,
      ];
    }
    if (!AGE_RECIPIENT.test(recipient)) {
      return [`${at} must be a public key like age1... of 62 characters, got ${recipient.length} other characters`];
    }
    return recipients.indexOf(recipient) === i ? [] : [`${at} is the same as another; keep one of them`];
  });
}

function excludedProblems(where: string, tables: readonly string[] | undefined): string[] {
  if (tables === undefined) return [];
  // All of them go into the task definition, which ECS ends at 64 KB.
  const characters = JSON.stringify(tables).length;
  return [
    ...tables.flatMap((table, i) =>
      /^[^.]+\../.test(table)
        ? []
        : [`${where}excludeTableData[${i}] must be a table as schema.table, got "${table}"; write public.${table}`],
    ),
    ...(characters > LIMITS.excludedTableCharacters
      ? [
          `${where}excludeTableData must be at most ${LIMITS.excludedTableCharacters} characters together, got ${characters}`,
        ]
      : []),
  ];
}

/**
 * Problems of how databases are dumped; `where` is put before argument names, as `databases[0].dump.`.
 * @param all what holds for whatever `dump` does not say
 */
export function dumpProblems(where: string, dump: DumpArgs | undefined, all?: DumpArgs): string[] {
  if (dump === undefined) return [];
  const needsStandby = dump.maxReplayLagSeconds !== undefined && dumpOf(all, dump).allowStandby !== true;
  return [
    ...enumProblems(`${where}shape`, dump.shape, DumpShape),
    ...wholeNumberProblems(`${where}workers`, dump.workers, 1, LIMITS.dumpWorkers),
    ...wholeNumberProblems(`${where}compressionLevel`, dump.compressionLevel, 1, LIMITS.compressionLevel),
    ...wholeNumberProblems(`${where}maxMiBPerSecond`, dump.maxMiBPerSecond, 1, LIMITS.maxMiBPerSecond),
    ...wholeNumberProblems(`${where}maxReplayLagSeconds`, dump.maxReplayLagSeconds, 1, LIMITS.maxReplayLagSeconds),
    ...(needsStandby ? [`${where}maxReplayLagSeconds is given without ${where}allowStandby: true; add it`] : []),
    ...recipientProblems(where, dump.ageRecipients),
    ...excludedProblems(where, dump.excludeTableData),
  ];
}

/** What a database is dumped by: its own settings, each else that of all. */
export function dumpOf(all: DumpArgs | undefined, own: DumpArgs | undefined): DumpArgs {
  const given = Object.entries(own ?? {}).filter(([, value]) => value !== undefined);
  return { ...all, ...Object.fromEntries(given) };
}

/** The settings as the runner reads them. What is not given is left to it. */
export function dumpEnvironment(dump: DumpArgs): Record<string, string> {
  const values = {
    [ENV.shape]: dump.shape,
    [ENV.workers]: dump.workers,
    [ENV.compressionLevel]: dump.compressionLevel,
    [ENV.maxMiBPerSecond]: dump.maxMiBPerSecond,
    [ENV.allowStandby]: dump.allowStandby,
    [ENV.maxReplayLagSeconds]: dump.maxReplayLagSeconds,
    [ENV.ageRecipients]: dump.ageRecipients?.join(","),
    [ENV.rolePasswords]: dump.rolePasswords,
    [ENV.excludeTableData]: dump.excludeTableData && JSON.stringify(dump.excludeTableData),
  };
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
