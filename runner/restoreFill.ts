import { StageError } from "./errors";
import { unlessAborted } from "./interruption";
import type { ManifestObject } from "./manifestFormat";
import { copiedRows, linesOf, loadingEnv, startPgRestore, startPsql } from "./postgres/archivePrograms";
import type { RestoreDependencies, RestoreRequest } from "./restore";
import type { RowsPart } from "./restorePlan";
import { readerOf } from "./restoreDefinitions";
import { stopped } from "./restorePreflight";
import type { PreparedRestore } from "./restorePreparation";
import { startDecompressor } from "./stream/archive";
import type { Stage } from "./stream/childStage";
import { feedStages } from "./stream/storedFeed";
import { inWorkers } from "./workers";

/**
 * Fills an empty database with what was prepared.
 * @throws StageError `restore` or `interrupted`; no program is left then
 */
export async function fillDatabase(
  dependencies: RestoreDependencies,
  request: RestoreRequest,
  prepared: PreparedRestore,
  database: string,
  signal: AbortSignal,
): Promise<void> {
  const { lists, file, definitions, rows, largeObjects } = prepared;
  const filling = new Filling(dependencies, request, prepared, database, signal);
  if (file === undefined) return filling.stream(definitions, listed(lists.after), signal);
  await filling.restoreFile(file, listed(lists.before));
  filling.count(definitions, definitions.stored.bytes);
  const archives = largeObjects === undefined ? [] : [largeObjects];
  const work = [
    ...archives.map((object) => ({ object, part: undefined })),
    ...rows.map((part) => ({ object: part.object, part })),
  ];
  await inWorkers(work, request.workers, { signal, interruption: stopped }, ({ object, part }, stop) =>
    part === undefined ? filling.stream(object, [], stop) : filling.load(part, stop),
  );
  await filling.restoreFile(file, [...listed(lists.after), `--jobs=${request.workers}`]);
}

function listed(file: string | undefined): string[] {
  return file === undefined ? [] : [`--use-list=${file}`];
}

/** One restore into one database. */
class Filling {
  private readonly read = new Map<object, number>();
  constructor(
    private readonly dependencies: RestoreDependencies,
    private readonly request: RestoreRequest,
    private readonly prepared: PreparedRestore,
    private readonly database: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Notes how much was read of a part. */
  count(part: object, bytes: number): void {
    this.read.set(part, bytes);
    let readBytes = 0;
    for (const each of this.read.values()) readBytes += each;
    this.dependencies.onEvent({ event: "progress", readBytes, totalBytes: this.prepared.storedBytes });
  }

  /** Restores from the archive's file. */
  async restoreFile(file: string, args: readonly string[]): Promise<void> {
    const stage = await this.pgRestore(args, file);
    await unlessAborted(this.signal, stage.done, stopped).catch(async (error: unknown) => {
      await stage.stop();
      throw error;
    });
  }

  /** Restores from an archive as it is read. */
  async stream(object: ManifestObject, args: readonly string[], stop: AbortSignal): Promise<void> {
    const reader = this.reader(object, stop);
    const restore = await this.pgRestore(args);
    await feedStages(reader, { object }, [startDecompressor(reader, restore), restore]);
  }

  /** Loads rows, and compares what psql says to have loaded with the manifest. */
  async load(part: RowsPart, stop: AbortSignal): Promise<void> {
    const { dependencies, database } = this;
    const reader = this.reader(part, stop);
    const psql = startPsql({
      program: this.prepared.psql!,
      path: dependencies.path,
      stage: "restore",
      exit: "restore",
      database,
      connection: await loadingEnv(dependencies.settings, database),
      key: dependencies.random(20),
    });
    const copied = copiedRows(linesOf(psql.stdout!));
    copied.catch(() => undefined);
    await feedStages(reader, part, [startDecompressor(reader, psql), psql]);
    requireRows(part, await copied);
  }

  private reader(part: object, stop: AbortSignal) {
    const onRead = (bytes: number) => this.count(part, bytes);
    return { ...readerOf(this.dependencies, "restore", stop), onRead };
  }

  private async pgRestore(args: readonly string[], file?: string): Promise<Stage> {
    const { noOwner, noAcl, noTablespaces } = this.request;
    return startPgRestore({
      program: this.prepared.pgRestore,
      path: this.dependencies.path,
      stage: "restore",
      exit: "restore",
      args: [
        "--exit-on-error",
        "--no-password",
        `--dbname=${this.database}`,
        ...(noOwner ? ["--no-owner"] : []),
        ...(noAcl ? ["--no-acl"] : []),
        ...(noTablespaces ? ["--no-tablespaces"] : []),
        ...args,
      ],
      file,
      connection: await loadingEnv(this.dependencies.settings, this.database),
      stdout: "ignore",
    });
  }
}

/** @throws StageError `restore` unless every COPY loaded what the manifest says */
function requireRows({ object, expected }: RowsPart, copied: readonly number[]): void {
  const what = `${object.key} version ${object.versionId}`;
  if (copied.length !== expected.length) {
    const detail = `${what} loaded ${copied.length} tables, the manifest says ${expected.length}; use another recovery point`;
    throw new StageError("restore", "restore", detail);
  }
  const wrong = expected.findIndex(({ rows }, index) => rows !== copied[index]);
  if (wrong === -1) return;
  const { table, rows } = expected[wrong]!;
  throw new StageError(
    "restore",
    "restore",
    `${what} loaded ${copied[wrong]!} rows of "${table}", the manifest says ${rows}; use another recovery point`,
  );
}
