// needs: standin
/** The patches of the stand-in's Step Functions; each test fails without its patch. */
import { StopExecutionCommand } from "@aws-sdk/client-sfn";
import { refusal, type Statement } from "../support/standin/fixtures";
import {
  ANYTHING,
  ended,
  execute,
  line,
  machine,
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
});
