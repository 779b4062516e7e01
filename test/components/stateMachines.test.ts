import { backupMachineDefinition, starterMachineDefinition } from "../../components/internal/stateMachines";

const MACHINE = JSON.parse(
  backupMachineDefinition({
    partition: "aws",
    clusterArn: "cluster",
    planFunctionArn: "plan",
    databases: ["orders", "shop", "users"].map((name) => ({
      name,
      dumpTaskDefinitionArn: `dump-${name}`,
      verifyTaskDefinitionArn: `verify-${name}`,
    })),
    subnetIds: ["subnet-1"],
    securityGroupId: "sg-1",
    timeoutMinutes: 240,
    maxConcurrency: 2,
  }),
);
const ITEM = MACHINE.States.EachDatabase.ItemProcessor;

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

describe("the backup state machine", () => {
  it("has no way to a state that does not exist, and no state without a way to it", () => {
    for (const { StartAt, States } of [MACHINE, ITEM]) {
      expect([...new Set([StartAt, ...successors(States)])].sort()).toEqual(Object.keys(States).sort());
    }
  });

  it("plans, dumps, then verifies each database, two at a time", () => {
    expect([ITEM.StartAt, ITEM.States.Plan.Next, ITEM.States.Dump.Next, ITEM.States.Verify.Next]).toEqual([
      "Plan",
      "Dump",
      "Verify",
      "RecordSuccess",
    ]);
    expect(MACHINE.States.EachDatabase.MaxConcurrency).toBe(2);
    expect(MACHINE.States.Databases.Result[1]).toEqual({
      name: "shop",
      dumpTaskDefinitionArn: "dump-shop",
      verifyTaskDefinitionArn: "verify-shop",
      attempt: 1,
    });
  });

  it("tells the dump its tier, and nothing else", () => {
    expect(ITEM.States.Dump.Parameters.Overrides).toEqual({
      ContainerOverrides: [{ Name: "runner", Environment: [{ Name: "BACKUP321_TIER", "Value.$": "$.plan.tier" }] }],
    });
    expect(ITEM.States.Verify.Parameters).not.toHaveProperty("Overrides");
  });

  it("gives tasks no public address and no shell", () => {
    for (const { Parameters } of [ITEM.States.Dump, ITEM.States.Verify]) {
      expect(Parameters.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp).toBe("DISABLED");
      expect(Parameters.EnableExecuteCommand).toBe(false);
    }
  });

  it("stops what takes too long, each task and the whole", () => {
    expect(ITEM.States.Dump.TimeoutSeconds).toBe(240 * 60);
    expect(ITEM.States.Verify.TimeoutSeconds).toBe(240 * 60);
    expect(MACHINE.TimeoutSeconds).toBe(2 * (2 * 240 + 60) * 60);
  });

  it("repeats a launch that failed, and never a dump that ran", () => {
    const retried = [...ITEM.States.Dump.Retry, ...ITEM.States.Verify.Retry].flatMap((r: any) => r.ErrorEquals);
    expect(retried.filter((error) => !/^(Amazon)?ECS\./.test(error))).toEqual([]);
    const [again] = ITEM.States.WhyDumpFailed.Choices;
    expect(again.And).toEqual([
      { Variable: "$.error.Cause", IsPresent: true },
      { Variable: "$.error.Cause", StringMatches: '*"TaskFailedToStart"*' },
      { Variable: "$.attempt", NumericLessThan: 3 },
    ]);
    expect(ITEM.States.WhyDumpFailed.Default).toBe("RecordFailure");
    expect(ITEM.States.CountAttempt.Parameters["plan.$"]).toBe("$.plan");
  });

  it("lets one database fail alone, and fails at the end", () => {
    for (const state of ["Plan", "Dump", "Verify"]) {
      expect(ITEM.States[state].Catch.at(-1)).toEqual({
        ErrorEquals: ["States.ALL"],
        ResultPath: "$.error",
        Next: "RecordFailure",
      });
    }
    expect(MACHINE.States.Verdict.Choices).toEqual([
      { Variable: "$.anyFailed", BooleanEquals: true, Next: "SomeFailed" },
    ]);
    expect(MACHINE.States.SomeFailed.Type).toBe("Fail");
  });
});

describe("the starter", () => {
  const starter = JSON.parse(starterMachineDefinition("aws", "machine", "orders"));

  it("names the execution after schedule and due time, without the colons that are illegal there", () => {
    expect(starter.States.SplitTime.Parameters).toEqual({ "parts.$": "States.StringSplit($.scheduledTime, ':')" });
    expect(starter.States.Start.Parameters["Name.$"]).toBe(
      "States.Format('orders-{}-{}-{}', $.split.parts[0], $.split.parts[1], $.split.parts[2])",
    );
    // 80 characters are allowed: the longest component name, and 2026-11-20T02-00-00Z.
    expect(`${"a".repeat(41)}-2026-11-20T02-00-00Z`.length).toBeLessThanOrEqual(80);
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
