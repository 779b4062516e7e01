import type { DatabaseBackupArgs } from "../databaseBackup";
import { repositoryProblems } from "./repositoryProblems";
import { rpoScheduleProblems } from "./freshnessProblems";
import { databaseProblems, runSettingsProblems } from "./runnerProblems";
import { emailProblems, wholeNumberProblems } from "./validate";

/**
 * Every problem of the front door's arguments, its parts' included, each once.
 *
 * @param primaryRegion region of the provider, where it is known already
 */
export function databaseBackupProblems(args: DatabaseBackupArgs, primaryRegion: string | undefined): string[] {
  const { sslMode, sslRootCertPath, secretArn } = args;
  // A name that came from the component is reported as the component's.
  const database = { name: args.databaseName ?? "ok", secretArn, sslMode, sslRootCertPath };
  const all = [
    ...repositoryProblems(args, primaryRegion),
    ...databaseProblems(database, "", "databaseName"),
    ...wholeNumberProblems("databasePort", args.databasePort, 1, 65535),
    ...runSettingsProblems(args),
    ...wholeNumberProblems("rpoMinutes", args.rpoMinutes, 1, 366 * 1440),
    ...rpoScheduleProblems(args.rpoMinutes, args),
    ...emailProblems(args.alertEmails),
  ];
  return [...new Set(all)];
}
