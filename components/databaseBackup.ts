import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AlertDelivery, type AlertDeliveryTransforms } from "./alertDelivery";
import { Alerting } from "./alerting";
import { BackupRepository, type BackupRepositoryTransforms } from "./backupRepository";
import { BackupRunner, type BackupRunnerTransforms } from "./backupRunner";
import type { DatabaseBackupArgs } from "./databaseBackupArgs";
import { FreshnessCheck, type FreshnessCheckTransforms } from "./freshnessCheck";
import { accountOf, defaultProviderRegion } from "./internal/account";
import { childName } from "./internal/childName";
import { monthlyCostOf } from "./internal/frontDoor/cost";
import { deliveryArgs } from "./internal/frontDoor/alertParts";
import { freshnessArgs, repositoryArgs, runnerArgs } from "./internal/frontDoor/databaseBackupParts";
import { databaseBackupProblems } from "./internal/frontDoor/databaseBackupProblems";
import type { DoctorTransforms } from "./internal/doctor/doctorFunction";
import { stackDoctor } from "./internal/frontDoor/doctorParts";
import { drillArgs } from "./internal/frontDoor/drillParts";
import { stackDashboard } from "./internal/frontDoor/stackDashboard";
import { LIMITS } from "./internal/defaults";
import { Guard, guardOf } from "./internal/guard";
import { objectivesOf } from "./internal/frontDoor/objectives";
import { stackRunbook } from "./internal/frontDoor/stackRunbook";
import { withPreset } from "./internal/frontDoor/presets";
import { replicaProviderOf } from "./internal/replicaProvider";
import { nameProblems, refuseProblems } from "./internal/validate";
import { RestoreDrill, type RestoreDrillTransforms } from "./restoreDrill";
import { type CostEstimate, type DatabaseObjectives, RepositorySide, type Transform } from "./types";

/** Per-child changes, each part's under its name. */
export interface DatabaseBackupTransforms {
  repository?: BackupRepositoryTransforms;
  runner?: BackupRunnerTransforms;
  freshness?: FreshnessCheckTransforms;
  drill?: RestoreDrillTransforms;
  delivery?: AlertDeliveryTransforms;
  doctor?: DoctorTransforms;
  dashboard?: Transform<aws.cloudwatch.DashboardArgs>;
}

/** Options of DatabaseBackup. */
export interface DatabaseBackupOptions extends pulumi.ComponentResourceOptions {
  transform?: DatabaseBackupTransforms;
  /**
   * Provider of another account, where the replica, its freshness check and its alarms are put. `replicaAssumeRole` is the same as data.
   *
   * @default - the replica is in the primary's account
   */
  replicaProvider?: aws.Provider;
}

/**
 * A proven 3-2-1 backup of PostgreSQL databases.
 *
 * @example
 * const databases = [{ name: "orders", secretArn }];
 * new DatabaseBackup("shop", { databases, image, vpcId, subnetIds, replicaRegion: "eu-west-1" });
 */
export class DatabaseBackup extends pulumi.ComponentResource {
  readonly primaryBucketName: pulumi.Output<string>;
  readonly primaryBucketArn: pulumi.Output<string>;
  readonly replicaBucketName: pulumi.Output<string>;
  readonly replicaBucketArn: pulumi.Output<string>;
  readonly stateMachineArn: pulumi.Output<string>;
  readonly starterArn: pulumi.Output<string>;
  /** One schedule per expression and time zone, in the order in which `databases` first names them. */
  readonly scheduleNames: pulumi.Output<string[]>;
  readonly scheduleGroupName: pulumi.Output<string>;
  /** Dump task definitions, in the order of `databases`; one in all for a list. */
  readonly dumpTaskDefinitionArns: pulumi.Output<string[]>;
  /** Verify task definitions, one per 25 databases. */
  readonly verifyTaskDefinitionArns: pulumi.Output<string[]>;
  /** Roles that add dumps, in the order of `databases`; one in all for a list. */
  readonly dumpRoleArns: pulumi.Output<string[]>;
  /** Roles that read what was added and record it, one per 25 databases. */
  readonly verifyRoleArns: pulumi.Output<string[]>;
  /** The machine that drills every database; start it by hand to drill now. Absent without `drill`. */
  readonly drillStateMachineArn?: pulumi.Output<string>;
  /** Drill task definitions, in the order of `databases`; empty without `drill`. */
  readonly drillTaskDefinitionArns: pulumi.Output<string[]>;
  /** Roles of restore drills, one per 25 databases; empty without `drill`. */
  readonly drillRoleArns: pulumi.Output<string[]>;
  /** Role for people: reads both sides, changes nothing. With the replica in another account, it reads the primary. */
  readonly restorerRoleArn: pulumi.Output<string>;
  /** Role for people in the replica's account; the same role when there is one account. */
  readonly replicaRestorerRoleArn: pulumi.Output<string>;
  /** Group of the tasks; let it in at the databases. */
  readonly securityGroupId: pulumi.Output<string>;
  readonly primaryFreshnessFunctionName: pulumi.Output<string>;
  readonly replicaFreshnessFunctionName: pulumi.Output<string>;
  /** Examines the live set-up; invoke it to have a new record now. Absent where `doctor` is false. */
  readonly doctorFunctionName?: pulumi.Output<string>;
  readonly primaryAlarmNames: pulumi.Output<string[]>;
  readonly replicaAlarmNames: pulumi.Output<string[]>;
  readonly primaryTopicArn: pulumi.Output<string>;
  readonly replicaTopicArn: pulumi.Output<string>;
  readonly dashboardName: pulumi.Output<string>;
  /** What is promised for each database, in their order. */
  readonly objectives: pulumi.Output<DatabaseObjectives[]>;
  /** What to do when data is lost, with this stack's names and stock tools alone, in Markdown. `backup321 runbook` adds measured times. */
  readonly runbook: pulumi.Output<string>;
  /** What the layout costs in a month once every tier is full, at list prices. */
  readonly estimatedMonthlyCost: pulumi.Output<CostEstimate>;

  /** @throws RunError with every problem of the arguments; nothing is registered then */
  constructor(name: string, args: DatabaseBackupArgs, opts?: DatabaseBackupOptions) {
    const access = { assumeRole: args.replicaAssumeRole, provider: opts?.replicaProvider };
    refuseProblems("DatabaseBackup", name, [
      ...nameProblems(name, LIMITS.frontDoorNameLength),
      ...databaseBackupProblems(args, access, defaultProviderRegion(opts)),
    ]);
    const guard = new Guard(`DatabaseBackup "${name}"`, guardOf(opts?.parent));
    super("pulumi-backup321:index:DatabaseBackup", name, args, guard.options(opts));
    guard.watch(this);

    const settings = withPreset(args);
    const { replicaRegion, alertEmails, tags } = settings;
    const transform = opts?.transform ?? {};
    const replicaProvider = replicaProviderOf(this, name, guard, replicaRegion, access);
    const topics = new Alerting(name, { replicaRegion, alertEmails, tags }, { parent: this, replicaProvider });
    const { primaryTopicArn, replicaTopicArn } = topics;
    const repository = new BackupRepository(
      name,
      repositoryArgs(settings, { alarmTopicArn: primaryTopicArn, replicaAlarmTopicArn: replicaTopicArn }),
      { parent: this, replicaProvider, transform: transform.repository },
    );
    const { primaryBucketName, primaryKmsKeyArn, replicaBucketName, replicaKmsKeyArn } = repository;
    const runner = new BackupRunner(
      name,
      runnerArgs(settings, {
        primaryBucketName,
        primaryKmsKeyArn,
        replicaBucketName,
        alarmTopicArn: primaryTopicArn,
      }),
      { parent: this, transform: transform.runner },
    );
    const primaryCheck = new FreshnessCheck(
      childName(name, "fresh", RepositorySide.Primary),
      freshnessArgs(settings, {
        side: RepositorySide.Primary,
        bucketName: primaryBucketName,
        repositoryName: name,
        alarmTopicArn: primaryTopicArn,
      }),
      { parent: this, transform: transform.freshness },
    );
    const replicaCheck = new FreshnessCheck(
      childName(name, "fresh", RepositorySide.Replica),
      freshnessArgs(settings, {
        side: RepositorySide.Replica,
        region: replicaRegion,
        bucketName: replicaBucketName,
        repositoryName: name,
        alarmTopicArn: replicaTopicArn,
      }),
      { parent: this, provider: replicaProvider, transform: transform.freshness },
    );
    const account = accountOf(this);
    const { region } = account;
    const drilling = drillArgs(settings, {
      primaryBucketName,
      primaryKmsKeyArn,
      replicaBucketName,
      replicaKmsKeyArn,
      repositoryName: name,
      topics: { primary: primaryTopicArn, replica: replicaTopicArn },
    });
    const drill =
      drilling && new RestoreDrill(childName(name, "drill"), drilling, { parent: this, transform: transform.drill });
    const deliver = (side: RepositorySide, topicArn: pulumi.Output<string>, freshness?: pulumi.Output<string>[]) => {
      const delivery = deliveryArgs(settings, side, {
        topicArn,
        freshnessFunctionArns: freshness,
        repositoryName: name,
        primaryBucketName,
        primaryRegion: region,
        replicaBucketName,
      });
      const provider = side === RepositorySide.Replica ? replicaProvider : undefined;
      const opts = { parent: this, provider, transform: transform.delivery };
      return delivery && new AlertDelivery(childName(name, "alert", side), delivery, opts);
    };
    // A function of another account would not answer.
    const asked = replicaProvider ? [primaryCheck] : [primaryCheck, replicaCheck];
    const primaryDelivery = deliver(
      RepositorySide.Primary,
      primaryTopicArn,
      asked.map(({ functionArn }) => functionArn),
    );
    const replicaDelivery = deliver(RepositorySide.Replica, replicaTopicArn);
    const isReplicaElsewhere = replicaProvider !== undefined;
    const scope = { parent: this, name, guard, tags };
    const shown = { repository, runner, drill, primaryRegion: region, isReplicaElsewhere };
    const dashboard = stackDashboard(scope, settings, { ...shown, transform: transform.dashboard });
    const namesOf = (...lists: pulumi.Output<string[]>[]) => pulumi.all(lists).apply((all) => all.flat());
    const drillAlarms = drill ? [drill.alarmNames] : [];
    const isThere = drilling?.region !== undefined;
    const primaryAlarmNames = namesOf(
      runner.alarmNames,
      repository.alarmNames,
      primaryCheck.alarmNames,
      ...(isThere ? [] : drillAlarms),
      ...(primaryDelivery ? [primaryDelivery.alarmNames] : []),
    );
    const replicaAlarmNames = namesOf(
      repository.replicaAlarmNames,
      replicaCheck.alarmNames,
      ...(isThere ? drillAlarms : []),
      ...(replicaDelivery ? [replicaDelivery.alarmNames] : []),
    );
    const doctor = stackDoctor(scope, settings, {
      ...{ account, repository, runner, topics, primaryCheck, replicaCheck, drill, isReplicaElsewhere },
      ...{ primaryAlarmNames, replicaAlarmNames, transform: transform.doctor },
    });

    this.primaryBucketName = primaryBucketName;
    this.primaryBucketArn = repository.primaryBucketArn;
    this.replicaBucketName = replicaBucketName;
    this.replicaBucketArn = repository.replicaBucketArn;
    this.stateMachineArn = runner.stateMachineArn;
    this.starterArn = runner.starterArn;
    this.scheduleNames = runner.scheduleNames;
    this.scheduleGroupName = runner.scheduleGroupName;
    this.dumpTaskDefinitionArns = runner.dumpTaskDefinitionArns;
    this.verifyTaskDefinitionArns = runner.verifyTaskDefinitionArns;
    this.dumpRoleArns = runner.dumpRoleArns;
    this.verifyRoleArns = runner.verifyRoleArns;
    if (drill) this.drillStateMachineArn = drill.stateMachineArn;
    this.drillTaskDefinitionArns = drill?.taskDefinitionArns ?? pulumi.output<string[]>([]);
    this.drillRoleArns = drill?.drillRoleArns ?? pulumi.output<string[]>([]);
    this.restorerRoleArn = repository.restorerRoleArn;
    this.replicaRestorerRoleArn = repository.replicaRestorerRoleArn;
    this.securityGroupId = runner.securityGroupId;
    this.primaryFreshnessFunctionName = primaryCheck.functionName;
    this.replicaFreshnessFunctionName = replicaCheck.functionName;
    this.primaryAlarmNames = doctor ? namesOf(primaryAlarmNames, pulumi.all([doctor.alarmName])) : primaryAlarmNames;
    this.replicaAlarmNames = replicaAlarmNames;
    if (doctor) this.doctorFunctionName = doctor.functionName;
    this.primaryTopicArn = primaryTopicArn;
    this.replicaTopicArn = replicaTopicArn;
    this.dashboardName = dashboard.dashboardName;
    this.objectives = pulumi.output(objectivesOf(settings));
    const { dashboardName } = dashboard;
    this.runbook = stackRunbook(name, settings, { repository, runner, topics, primaryRegion: region, dashboardName });
    this.estimatedMonthlyCost = region.apply((primaryRegion) => monthlyCostOf(settings, primaryRegion));
    this.registerOutputs({
      primaryBucketName: this.primaryBucketName,
      primaryBucketArn: this.primaryBucketArn,
      replicaBucketName: this.replicaBucketName,
      replicaBucketArn: this.replicaBucketArn,
      stateMachineArn: this.stateMachineArn,
      starterArn: this.starterArn,
      scheduleNames: this.scheduleNames,
      scheduleGroupName: this.scheduleGroupName,
      dumpTaskDefinitionArns: this.dumpTaskDefinitionArns,
      verifyTaskDefinitionArns: this.verifyTaskDefinitionArns,
      dumpRoleArns: this.dumpRoleArns,
      verifyRoleArns: this.verifyRoleArns,
      ...(drill && { drillStateMachineArn: drill.stateMachineArn }),
      drillTaskDefinitionArns: this.drillTaskDefinitionArns,
      drillRoleArns: this.drillRoleArns,
      restorerRoleArn: this.restorerRoleArn,
      replicaRestorerRoleArn: this.replicaRestorerRoleArn,
      securityGroupId: this.securityGroupId,
      primaryFreshnessFunctionName: this.primaryFreshnessFunctionName,
      replicaFreshnessFunctionName: this.replicaFreshnessFunctionName,
      ...(doctor && { doctorFunctionName: doctor.functionName }),
      primaryAlarmNames: this.primaryAlarmNames,
      replicaAlarmNames: this.replicaAlarmNames,
      primaryTopicArn: this.primaryTopicArn,
      replicaTopicArn: this.replicaTopicArn,
      dashboardName: this.dashboardName,
      objectives: this.objectives,
      runbook: this.runbook,
      estimatedMonthlyCost: this.estimatedMonthlyCost,
    });
  }
}
