import { scheduleKey } from "../../components/internal/runner/databaseSchedules";
import { starterInput, starterMachineDefinition } from "../../components/internal/runner/starterMachine";
import {
  type BackupMachineInput,
  type DatabaseItem,
  backupMachineDefinition,
} from "../../components/internal/runner/stateMachines";

const item = (name: string): DatabaseItem => ({
  name,
  tiers: ["daily"],
  dump: `run-dump-${name}:7`,
  verify: "run-verify-1:3",
});

const BASE = {
  partition: "aws",
  clusterArn: "cluster",
  planFunctionArn: "plan",
  subnetIds: ["subnet-1"],
  securityGroupId: "sg-1",
  timeoutMinutes: 240,
  maxConcurrency: 2,
};

function machineOf(input: Partial<BackupMachineInput> & Pick<BackupMachineInput, "source">): any {
  return JSON.parse(backupMachineDefinition({ ...BASE, ...input }));
}

const named = (...names: string[]) => ({ schedules: [{ key: "aaaa1111", items: names.map(item) }] });
const MACHINE = machineOf({ source: named("orders", "shop", "users") });
const ITEM = MACHINE.States.EachDatabase.ItemProcessor;

const TWO = machineOf({
  source: {
    schedules: [
      { key: "aaaa1111", items: [item("orders"), item("users")] },
      { key: "bbbb2222", items: [item("shop")] },
    ],
  },
});

const LIST = machineOf({
  source: { list: { bucketName: "lists", key: "databases.json", scheduleKey: "aaaa1111" } },
  listed: { dump: "run-dump:1", verify: "run-verify-1:1", tiers: ["daily", "weekly"] },
});
const ENTRY = LIST.States.EachDatabase.ItemProcessor;

/** Names that any state of a machine goes to. */
function successors(states: Record<string, any>): string[] {
  return Object.values(states).flatMap((state) =>
    [
      state.Next,
      state.Default,
      ...(state.Catch ?? []).map((c: any) => c.Next),
      ...(state.Choices ?? []).map((c: any) => c.Next),
    ].filter(Boolean),
  );
}

const names = (state: any): string[] => state.Result.databases.map((database: DatabaseItem) => database.name);

describe("the backup state machine", () => {
  it("has no way to a state that does not exist, and no state without a way to it", () => {
    for (const { StartAt, States } of [MACHINE, ITEM, TWO, LIST, ENTRY]) {
      expect([...new Set([StartAt, ...successors(States)])].sort()).toEqual(Object.keys(States).sort());
    }
  });

  it("plans, dumps, then verifies each database, two at a time", () => {
    expect([ITEM.StartAt, ITEM.States.Plan.Next, ITEM.States.Dump.Next, ITEM.States.Verify.Next]).toEqual([
      "FirstAttempt",
      "Dump",
      "Verify",
      "RecordSuccess",
    ]);
    expect(MACHINE.States.EachDatabase.MaxConcurrency).toBe(2);
    expect(MACHINE.States["Schedule-aaaa1111"].Result.databases[1]).toEqual(item("shop"));
    expect(ITEM.States.Plan.Parameters.Payload).toEqual({ "database.$": "$.name", "tiers.$": "$.tiers" });
  });

  it("takes the databases of the schedule in its input, all without one, and none for another", () => {
    expect(TWO.States.WhichSchedule).toMatchObject({
      Choices: [
        { Variable: "$.schedule", IsPresent: false, Next: "EverySchedule" },
        { Variable: "$.schedule", StringEquals: "aaaa1111", Next: "Schedule-aaaa1111" },
        { Variable: "$.schedule", StringEquals: "bbbb2222", Next: "Schedule-bbbb2222" },
      ],
      Default: "UnknownSchedule",
    });
    expect(names(TWO.States["Schedule-aaaa1111"])).toEqual(["orders", "users"]);
    expect(names(TWO.States["Schedule-bbbb2222"])).toEqual(["shop"]);
    expect(names(TWO.States.EverySchedule)).toEqual(["orders", "users", "shop"]);
    expect(TWO.States.UnknownSchedule).toMatchObject({ Type: "Fail", Error: "UnknownSchedule" });
    // With one schedule its databases are all.
    expect(MACHINE.States.WhichSchedule.Choices[0].Next).toBe("Schedule-aaaa1111");
  });

  it("tells the dump its tier, and the verification its database", () => {
    const environment = (state: any) => state.Parameters.Overrides.ContainerOverrides[0].Environment;
    expect(environment(ITEM.States.Dump)).toEqual([{ Name: "BACKUP321_TIER", "Value.$": "$.plan.tier" }]);
    expect(environment(ITEM.States.Verify)).toEqual([{ Name: "BACKUP321_DATABASE", "Value.$": "$.name" }]);
    expect(environment(ENTRY.States.Dump)).toEqual([
      { Name: "BACKUP321_DATABASE", "Value.$": "$.name" },
      { Name: "BACKUP321_SECRET_ARN", "Value.$": "$.secretArn" },
      { Name: "BACKUP321_TIER", "Value.$": "$.plan.tier" },
    ]);
  });

  it("gives tasks no public address and no shell", () => {
    for (const { Parameters } of [ITEM.States.Dump, ITEM.States.Verify]) {
      expect(Parameters.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp).toBe("DISABLED");
      expect(Parameters.EnableExecuteCommand).toBe(false);
    }
  });

  it("stops what takes too long, each task and the whole; a list after a day", () => {
    expect(ITEM.States.Dump.TimeoutSeconds).toBe(240 * 60);
    expect(ITEM.States.Verify.TimeoutSeconds).toBe(240 * 60);
    expect(MACHINE.TimeoutSeconds).toBe(2 * (2 * 240 + 60) * 60);
    expect(LIST.TimeoutSeconds).toBe(86_400);
  });

  it("repeats a launch that failed, and never a dump that ran", () => {
    const retried = [...ITEM.States.Dump.Retry, ...ITEM.States.Verify.Retry].flatMap((r: any) => r.ErrorEquals);
    expect(retried.filter((error) => !/^(Amazon)?ECS\./.test(error))).toEqual([]);
    const [again] = ITEM.States.WhyDumpFailed.Choices;
    expect(again.And).toEqual([
      { Variable: "$.error.Cause", IsPresent: true },
      { Variable: "$.error.Cause", StringMatches: '*"TaskFailedToStart"*' },
      { Variable: "$.launch.attempt", NumericLessThan: 3 },
    ]);
    expect(ITEM.States.WhyDumpFailed.Default).toBe("RecordFailure");
    // The tier that was planned stays.
    expect(ITEM.States.CountAttempt).toMatchObject({ ResultPath: "$.launch", Next: "Dump" });
  });

  it("lets one database fail alone, and fails at the end", () => {
    for (const state of ["Plan", "Dump", "Verify"]) {
      expect(ITEM.States[state].Catch.at(-1)).toEqual({
        ErrorEquals: ["States.ALL"],
        ResultPath: "$.error",
        Next: "RecordFailure",
      });
    }
    expect(MACHINE.States.Verdict.Choices[1]).toEqual({
      Variable: "$.anyFailed",
      BooleanEquals: true,
      Next: "SomeFailed",
    });
    expect(MACHINE.States.SomeFailed.Type).toBe("Fail");
    // An execution that was stopped leaves no record among the results.
    const recorded = { Variable: "$.recorded", Next: "SomeFailed" };
    const lost = [
      { ...recorded, NumericLessThanPath: "$.count" },
      { ...recorded, NumericLessThanPath: "$.expected" },
    ];
    expect(MACHINE.States.Verdict.Choices.slice(2)).toEqual(lost);
    expect(LIST.States.Verdict.Choices.slice(2)).toEqual(lost.slice(0, 1));
    expect(MACHINE.States["Schedule-aaaa1111"].Result.expected).toBe(3);
    expect(LIST.States.EachDatabase.ToleratedFailurePercentage).toBe(100);
  });

  it("makes each database an execution beyond 40 at a time or 200 in all, and for a list", () => {
    const modeOf = (count: number, maxConcurrency: number) =>
      machineOf({ source: named(...Array.from({ length: count }, (_, i) => `db${i}`)), maxConcurrency }).States
        .EachDatabase.ItemProcessor.ProcessorConfig;
    const distributed = { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" };
    expect([modeOf(200, 40), modeOf(1, 41), modeOf(201, 40)]).toEqual([{ Mode: "INLINE" }, distributed, distributed]);
    expect(ENTRY.ProcessorConfig).toEqual(distributed);
    expect(LIST.States.EachDatabase.ItemReader).toEqual({
      Resource: "arn:aws:states:::s3:getObject",
      ReaderConfig: { InputType: "JSON" },
      Parameters: { Bucket: "lists", Key: "databases.json" },
    });
  });
});

describe("Step Functions' sizes", () => {
  const STATE_BYTES = 256 * 1024;
  const DEFINITION_BYTES = 1024 * 1024;
  const longest = (i: number): DatabaseItem => ({
    name: `${"d".repeat(59)}${String(i).padStart(4, "0")}`,
    tiers: Array.from({ length: 5 }, (_, t) => `${t}${"t".repeat(19)}`),
    dump: `${"n".repeat(41)}-dump-${"d".repeat(63)}:1000`,
    verify: `${"n".repeat(41)}-verify-20:1000`,
  });
  const items = Array.from({ length: 500 }, (_, i) => longest(i));

  it("are kept by 500 databases with the longest names, each with a schedule of its own", () => {
    const schedules = items.map((one, i) => ({ key: scheduleKey(String(i), "UTC"), items: [one] }));
    const definition = backupMachineDefinition({ ...BASE, source: { schedules } });
    expect(Buffer.byteLength(definition)).toBeLessThan(DEFINITION_BYTES);
    const { EverySchedule } = JSON.parse(definition).States;
    expect(EverySchedule.Result.databases).toHaveLength(500);
    expect(Buffer.byteLength(JSON.stringify(EverySchedule.Result))).toBeLessThan(STATE_BYTES);
    // What is given replaces the input, and what comes out replaces what was given.
    expect(EverySchedule).not.toHaveProperty("ResultPath");
    const { EachDatabase } = JSON.parse(definition).States;
    expect([EachDatabase.ItemsPath, EachDatabase.ResultPath]).toEqual(["$.databases", "$.databases"]);
  });

  it("are kept by what comes out of a list of 10,000, and of 500 failures", () => {
    const { RecordSuccess, RecordFailure } = ITEM.States;
    const successes = Array.from({ length: 10_000 }, () => RecordSuccess.Result);
    const counts = { count: 10_000, recorded: 10_000, expected: 10_000, anyFailed: true };
    const collected = (results: unknown[]) => JSON.stringify({ results, ...counts });
    expect(Buffer.byteLength(collected(successes))).toBeLessThan(STATE_BYTES);
    const failure = {
      failed: RecordFailure.Parameters.failed,
      name: longest(0).name,
      error: "States.ParameterPathFailure",
    };
    expect(Buffer.byteLength(collected(items.map(() => failure)))).toBeLessThan(STATE_BYTES);
    expect(Object.keys(RecordFailure.Parameters).sort()).toEqual(["error.$", "failed", "name.$"]);
  });
});

describe("the starter", () => {
  const starter = JSON.parse(starterMachineDefinition("aws", "machine", "orders"));

  it("names the execution after schedule and due time, without the colons that are illegal there", () => {
    expect(starter.States.SplitTime.Parameters).toEqual({ "parts.$": "States.StringSplit($.scheduledTime, ':')" });
    expect(starter.States.Start.Parameters["Name.$"]).toBe(
      "States.Format('orders-{}-{}-{}-{}', $.schedule, $.split.parts[0], $.split.parts[1], $.split.parts[2])",
    );
    // 80 characters are allowed: the longest component name, a key, and 2026-11-20T02-00-00Z.
    expect(`${"a".repeat(41)}-${scheduleKey("rate(1 day)", "UTC")}-2026-11-20T02-00-00Z`.length).toBeLessThanOrEqual(
      80,
    );
  });

  it("is told the due time and the schedule, and hands both on", () => {
    expect(JSON.parse(starterInput("aaaa1111"))).toEqual({
      scheduledTime: "<aws.scheduler.scheduled-time>",
      schedule: "aaaa1111",
    });
    expect(starter.States.Start.Parameters.Input).toEqual({
      "scheduledTime.$": "$.scheduledTime",
      "schedule.$": "$.schedule",
    });
  });

  it("takes a name that exists for success, without trying again; anything else it tries again", () => {
    expect(starter.States.Start.Retry[0]).toEqual({
      ErrorEquals: ["StepFunctions.ExecutionAlreadyExistsException"],
      MaxAttempts: 0,
    });
    expect(starter.States.Start.Retry[1].ErrorEquals).toEqual(["States.TaskFailed"]);
    expect(starter.States.Start.Catch).toEqual([
      { ErrorEquals: ["StepFunctions.ExecutionAlreadyExistsException"], Next: "AlreadyStarted" },
    ]);
    expect(starter.States.AlreadyStarted.Type).toBe("Succeed");
  });
});
