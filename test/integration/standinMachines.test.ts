// needs: standin
// tests only: test/support
/** The patches of the stand-in's Step Functions; each test fails without its patch. */
import { ListTasksCommand } from "@aws-sdk/client-ecs";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeMapRunCommand, ListMapRunsCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { eventually, refusal, type Statement } from "../support/standin/fixtures";
import {
  ANYTHING,
  bench,
  ecs,
  ended,
  execute,
  line,
  machine,
  next,
  one,
  sfn,
  taskDefinition,
  useBench,
  wait,
} from "../support/standin/runtimeFixtures";

useBench();

describe("Step Functions", () => {
  const dump = (TaskDefinition: string, Command: string[], more: object = {}) =>
    one({
      Type: "Task",
      Resource: "arn:aws:states:::ecs:runTask.sync",
      Parameters: {
        Cluster: "default",
        LaunchType: "FARGATE",
        TaskDefinition,
        Overrides: { ContainerOverrides: [{ Name: "main", Command }] },
      },
      ...more,
    });

  test("runTask.sync gives the task when it ends well, and fails with States.TaskFailed when it does not", async () => {
    const { arn } = await taskDefinition();
    const well = await ended(await execute(await machine(dump(arn, ["0"]), ANYTHING)));
    expect(JSON.parse(well.output!)).toMatchObject({ LastStatus: "STOPPED", Containers: [{ ExitCode: 0 }] });
    const badly = await ended(await execute(await machine(dump(arn, ["5"]), ANYTHING)));
    expect([badly.status, badly.error]).toEqual(["FAILED", "States.TaskFailed"]);
    expect(JSON.parse(badly.cause!)).toMatchObject({ Containers: [{ ExitCode: 5 }] });
  });

  test("a state's time-out and an aborted execution stop the task", async () => {
    const { arn, group } = await taskDefinition();
    const timedOut = await ended(await execute(await machine(dump(arn, ["sleep"], { TimeoutSeconds: 1 }), ANYTHING)));
    expect(timedOut.error).toBe("States.Timeout");
    await line(group, "terminated");
    const other = await taskDefinition();
    const executionArn = await execute(await machine(dump(other.arn, ["sleep"]), ANYTHING));
    await line(other.group, "sleeping");
    await sfn.send(new StopExecutionCommand({ executionArn }));
    await line(other.group, "terminated");
  });

  test("fails when the machine's role may not run the task or pass its roles", async () => {
    const { arn, roles } = await taskDefinition();
    const run: Statement = { Action: ["ecs:RunTask", "events:*"], Resource: "*" };
    const nothing = await ended(await execute(await machine(dump(arn, ["0"]), [])));
    expect([nothing.error, nothing.cause]).toEqual([
      "ECS.AccessDeniedException",
      expect.stringContaining("is not authorized to perform: ecs:RunTask"),
    ]);
    const noPass = await ended(await execute(await machine(dump(arn, ["0"]), [run])));
    expect(noPass.cause).toContain("is not authorized to perform: iam:PassRole");
    const enough = await machine(dump(arn, ["0"]), [run, { Action: "iam:PassRole", Resource: roles }]);
    expect((await ended(await execute(enough))).status).toBe("SUCCEEDED");
  });

  test("names: illegal ones are refused, a repeat while running succeeds, later it is refused", async () => {
    const stateMachineArn = await machine(wait(1), []);
    expect(await refusal(execute(stateMachineArn, "a:b"))).toBe("InvalidName: Invalid Name: 'a:b'");
    const first = await execute(stateMachineArn, "same");
    expect(await execute(stateMachineArn, "same")).toBe(first);
    expect(await refusal(execute(stateMachineArn, "same", '{"other": 1}'))).toMatch(/^ExecutionAlreadyExists: /);
    await ended(first);
    expect(await refusal(execute(stateMachineArn, "same"))).toMatch(/^ExecutionAlreadyExists: /);
  });

  test("a starter can catch StepFunctions.ExecutionAlreadyExistsException", async () => {
    const StateMachineArn = await machine(wait(0), []);
    await ended(await execute(StateMachineArn, "taken"));
    const Catch = [{ ErrorEquals: ["StepFunctions.ExecutionAlreadyExistsException"], Next: "Fine" }];
    const Start = {
      Type: "Task",
      Resource: "arn:aws:states:::states:startExecution",
      Parameters: { StateMachineArn, Name: "taken" },
      Catch,
      End: true,
    };
    const starter = { StartAt: "Start", States: { Start, Fine: { Type: "Pass", Result: "caught", End: true } } };
    const done = await ended(
      await execute(await machine(starter, [{ Action: "states:StartExecution", Resource: StateMachineArn }])),
    );
    expect([done.status, done.output]).toEqual(["SUCCEEDED", '"caught"']);
    const denied = await ended(await execute(await machine(starter, [])));
    expect(denied.error).toBe("StepFunctions.AccessDeniedException");
  });

  test("TimeoutSeconds ends the whole execution, and one that is quick enough is let be", async () => {
    expect((await ended(await execute(await machine(wait(20, { TimeoutSeconds: 1 }), [])))).status).toBe("TIMED_OUT");
    expect((await ended(await execute(await machine(wait(0, { TimeoutSeconds: 5 }), [])))).status).toBe("SUCCEEDED");
  });

  test("fails when a state's output is over 256 KiB, and lets one at the limit through", async () => {
    const of = (bytes: number) => one({ Type: "Pass", Result: "x".repeat(bytes - 2) });
    expect((await ended(await execute(await machine(of(256 * 1024), [])))).status).toBe("SUCCEEDED");
    const tooBig = await ended(await execute(await machine(of(256 * 1024 + 1), [])));
    expect([tooBig.status, tooBig.error]).toEqual(["FAILED", "States.DataLimitExceeded"]);
  });
});

describe("a Distributed Map", () => {
  const mapOf = (state: object, more: object = {}) =>
    one({
      Type: "Map",
      ItemsPath: "$.items",
      MaxConcurrency: 1,
      ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" }, ...one(state) },
      ...more,
    });
  const listed = (Bucket: string) => ({
    ItemReader: {
      Resource: "arn:aws:states:::s3:getObject",
      ReaderConfig: { InputType: "JSON" },
      Parameters: { Bucket, Key: "list.json" },
    },
  });
  const input = '{"items": [1, 2]}';

  test("fails when the machine's role may not start executions of the machine", async () => {
    const pass = mapOf({ Type: "Pass" });
    const denied = await ended(await execute(await machine(pass, []), undefined, input));
    expect(denied.cause).toContain("is not authorized to perform: states:StartExecution");
    const start = [{ Action: "states:StartExecution", Resource: "*" }];
    expect((await ended(await execute(await machine(pass, start), undefined, input))).output).toBe("[1, 2]");
  });

  test("fails when the role may not read the list, or it is no JSON array", async () => {
    const s3 = new S3Client(bench.as());
    const Bucket = next("lists");
    await s3.send(new CreateBucketCommand({ Bucket }));
    const definition = mapOf({ Type: "Pass" }, listed(Bucket));
    const start = { Action: "states:StartExecution", Resource: "*" };
    const read = { Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/list.json` };
    const run = async (rights: Statement[], Body: string) => {
      await s3.send(new PutObjectCommand({ Bucket, Key: "list.json", Body }));
      return ended(await execute(await machine(definition, rights), undefined, input));
    };
    const denied = await run([start], "[3]");
    expect([denied.error, denied.cause]).toEqual([
      "States.ItemReaderFailed",
      expect.stringContaining("is not authorized to perform: s3:GetObject"),
    ]);
    expect((await run([start, read], "{")).error).toBe("States.ItemReaderFailed");
    expect((await run([start, read], "{}")).cause).toBe("The dataset is no JSON array");
    expect((await run([start, read], "[3]")).output).toBe("[3]");
  });

  test("an aborted execution stops its items' tasks, and starts no other", async () => {
    const { arn, group } = await taskDefinition();
    const run = {
      Type: "Task",
      Resource: "arn:aws:states:::ecs:runTask.sync",
      Parameters: {
        Cluster: "default",
        LaunchType: "FARGATE",
        TaskDefinition: arn,
        Overrides: { ContainerOverrides: [{ Name: "main", Command: ["sleep"] }] },
      },
    };
    const executionArn = await execute(await machine(mapOf(run), ANYTHING), undefined, input);
    await line(group, "sleeping");
    await sfn.send(new StopExecutionCommand({ executionArn }));
    await line(group, "terminated");
    const { mapRuns } = await sfn.send(new ListMapRunsCommand({ executionArn }));
    const { mapRunArn } = mapRuns![0]!;
    const counts = await eventually("the end of the map", async () => {
      const { executionCounts } = await sfn.send(new DescribeMapRunCommand({ mapRunArn }));
      return executionCounts!.failed === 2 ? executionCounts : undefined;
    });
    expect(counts).toMatchObject({ total: 2, running: 0, pending: 0 });
    const { taskArns } = await ecs.send(new ListTasksCommand({ family: arn.split("/")[1]!.split(":")[0]! }));
    expect(taskArns).toEqual([]);
  });
});
