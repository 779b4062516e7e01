import { DRILL_DATABASE, type DrillDependencies, type DrillRequest } from "../drill";
import { drillId, type DrillCheck, type DrillRecord } from "../drillContract";
import { messageOf, StageError } from "../errors";
import { unlessAborted } from "../interruption";
import type { Manifest } from "../manifestFormat";
import type { ClientProgram } from "../postgres/clientPrograms";
import { readManifest, type ReadManifest } from "../recoveryPoints";
import { RepositoryError } from "../repository/repository";
import { checkAssertions } from "./assertions";
import { allChecks, judgeFingerprint, judgeRecoveryTime, owedChecks, verdictOf } from "./judge";
import { newestCompletePoint } from "./newestComplete";
import { pointOfRecord } from "./record";
import { readRestored } from "./restoredTables";
import { type DrillRestore, expectedRows, restoreOnto } from "./restoreStep";
import { judgeRowCounts } from "./rowCounts";
import { type DrillServer, inSession, type RunningServer } from "./server";

const stopped = () => new StageError("drill", "interrupted", "stopped by a signal");
const majorOf = (version: string) => Number.parseInt(version, 10);

/** A failure as a sentence. What is no error of ours is a bug, and must not look like a fact about the backup. */
function sentenceOf(error: unknown): string {
  const isOurs = error instanceof StageError || error instanceof RepositoryError;
  return isOurs || !(error instanceof Error) ? messageOf(error) : `unexpected error: ${error.name}: ${error.message}`;
}

/** One drill while it runs, and what it has found so far. */
export class DrillRun {
  private readonly started: Date;
  private readonly id: string;
  private readonly checks: DrillCheck[] = [];
  private readonly leftOut: string[] = [];
  private readonly seconds = { preflight: 0, restore: 0, checks: 0 };
  private read: ReadManifest | undefined;
  private serverVersion: string | null = null;
  private pgRestore: ClientProgram | undefined;
  private rows: number | null = null;
  private isRestored = false;

  constructor(
    private readonly dependencies: DrillDependencies,
    private readonly request: DrillRequest,
    private readonly signal: AbortSignal,
  ) {
    this.started = dependencies.clock();
    this.id = drillId(this.started, dependencies.random(6));
  }

  /** Never rejects: what goes wrong becomes a check that failed. */
  async run(): Promise<void> {
    const { server, nextServer } = this.dependencies;
    const manifest = await this.attempt("restore", () => this.choose());
    if (manifest === undefined) return;
    const sourceMajor = majorOf(manifest.source.serverVersion);
    const restored = await this.attempt("restore", () =>
      this.onServer(server, sourceMajor, async (running) => {
        this.serverVersion = running.serverVersion;
        await this.restore(manifest, running);
        await this.check(manifest, running);
        return running.major;
      }),
    );
    if (restored === undefined || !this.request.rehearseNextMajor) return;
    this.dependencies.onEvent({ event: "rehearsing" });
    await this.attempt("nextMajor", () =>
      this.onServer(nextServer, restored + 1, (running) => this.rehearse(manifest, running)),
    );
  }

  /** What it came to, from the moment of this call. */
  record(): DrillRecord {
    const { repository, side, clock, toolVersion, ranBy } = this.dependencies;
    const { database, rtoSeconds } = this.request;
    const finished = clock();
    const checks = allChecks(owedChecks(this.request), this.checks);
    const decryption = this.decryption();
    return {
      formatVersion: 1,
      drillId: this.id,
      database,
      startedAt: this.started.toISOString(),
      finishedAt: finished.toISOString(),
      verdict: verdictOf(checks, decryption),
      recoveryPoint: this.read === undefined ? null : pointOfRecord(this.read),
      source: { side, bucket: repository.bucket, region: repository.region },
      ranBy,
      versions: {
        tool: toolVersion,
        server: this.serverVersion,
        client: this.pgRestore?.version ?? null,
        sourceServer: this.read?.manifest.source.serverVersion ?? null,
      },
      rows: this.rows,
      seconds: { ...this.seconds, total: this.since(this.started, finished) },
      rtoSeconds,
      decryption,
      checks,
      leftOut: this.leftOut,
    };
  }

  private decryption(): DrillRecord["decryption"] {
    if (this.read !== undefined && this.read.manifest.encryption === undefined) return "notEncrypted";
    return this.isRestored ? "proven" : "notProven";
  }

  private since(from: Date, to = this.dependencies.clock()): number {
    return (to.getTime() - from.getTime()) / 1000;
  }

  private unlessStopped<T>(work: Promise<T>): Promise<T> {
    return unlessAborted(this.signal, work, stopped);
  }

  /** Does a step; where it fails, the check of that name has failed, or where that was made already, what cleans up after it. */
  private async attempt<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      if (this.signal.aborted) throw stopped();
      return await work();
    } catch (error) {
      const isMade = this.checks.some((check) => check.name === name);
      this.checks.push({ name: isMade ? "cleanUp" : name, passed: false, detail: sentenceOf(error) });
      return undefined;
    }
  }

  private async onServer<T>(
    server: DrillServer,
    minMajor: number,
    work: (running: RunningServer) => Promise<T>,
  ): Promise<T> {
    const running = await server.start(minMajor, this.signal);
    this.dependencies.onEvent({ event: "server", serverVersion: running.serverVersion });
    let result: T;
    try {
      result = await work(running);
    } catch (error) {
      // What went wrong first is what a person needs.
      await running.stop().catch((left: unknown) => {
        this.checks.push({ name: "cleanUp", passed: false, detail: sentenceOf(left) });
      });
      throw error;
    }
    await running.stop();
    return result;
  }

  private async choose(): Promise<Manifest> {
    const { repository, side } = this.dependencies;
    const { database, point } = this.request;
    const chosen =
      point === undefined
        ? await this.unlessStopped(newestCompletePoint(repository, side, database, this.started))
        : { point, passedOver: [] };
    this.leftOut.push(...chosen.passedOver);
    this.read = await this.unlessStopped(readManifest(repository, chosen.point));
    return this.read.manifest;
  }

  private async restore(manifest: Manifest, running: RunningServer): Promise<void> {
    const began = this.dependencies.clock();
    let restored: DrillRestore;
    try {
      restored = await restoreOnto(running, manifest, this.dependencies, this.request, this.signal);
    } catch (error) {
      this.seconds.restore = this.since(began);
      throw error;
    }
    const whole = this.since(began);
    const { result } = restored;
    this.pgRestore = restored.pgRestore;
    // Roles are part of what has to be there before the first byte.
    this.seconds.restore = result.seconds.total - result.seconds.preflight;
    this.seconds.preflight = Math.max(0, whole - this.seconds.restore);
    this.isRestored = true;
    this.leftOut.push(...result.leftOut, ...restored.leftOut);
    const { tampering, statisticsProblem } = result;
    this.checks.push({
      name: "restore",
      passed: true,
      detail: [
        `${result.tables} tables into PostgreSQL ${running.serverVersion}; every stored byte had the digest that the manifest says`,
        ...tampering.map((sentence) => `the oldest version was used: ${sentence}`),
        ...(statisticsProblem === null ? [] : [`no statistics: ${statisticsProblem}`]),
      ].join("; "),
    });
    const time = judgeRecoveryTime(this.seconds.preflight + this.seconds.restore, this.request.rtoSeconds);
    if (time) this.checks.push(time);
  }

  private async check(manifest: Manifest, running: RunningServer): Promise<void> {
    const began = this.dependencies.clock();
    this.dependencies.onEvent({ event: "checking" });
    const settings = { ...running.settings, database: DRILL_DATABASE };
    const contents = await this.attempt("rowCounts", () => this.unlessStopped(inSession(settings, readRestored)));
    if (contents !== undefined) {
      this.rows = contents.tables.reduce((sum, { rows }) => sum + (rows ?? 0), 0);
      this.checks.push(judgeFingerprint(manifest.schemaFingerprint, contents.schemaFingerprint));
      await this.attempt("rowCounts", async () => {
        const { expected, from } = await expectedRows(manifest, this.dependencies, this.pgRestore!, this.signal);
        this.checks.push(judgeRowCounts(manifest, expected, contents.tables, from));
      });
    }
    await this.attempt("assertions", async () => {
      const asked = inSession(settings, (client) => checkAssertions(client, this.request.assertions));
      this.checks.push(...(await this.unlessStopped(asked)));
    });
    this.seconds.checks = this.since(began);
  }

  private async rehearse(manifest: Manifest, running: RunningServer): Promise<void> {
    const restored = await restoreOnto(running, manifest, this.dependencies, this.request, this.signal);
    const { tables } = restored.result;
    const settings = { ...running.settings, database: DRILL_DATABASE };
    const contents = await this.unlessStopped(inSession(settings, readRestored));
    const rows = contents.tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
    this.checks.push({
      name: "nextMajor",
      passed: rows === this.rows,
      detail: `${tables} tables into PostgreSQL ${running.serverVersion}, ${rows} rows${rows === this.rows ? "" : ` instead of ${this.rows ?? "an unknown number of"}`}`,
    });
  }
}
