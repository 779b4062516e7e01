// needs: standin
// tests only: test/support
/** The patches of the stand-in's ECS and Lambda, on running processes; each test fails without its patch. */
import { DescribeTasksCommand, ECSClient, StopTaskCommand } from "@aws-sdk/client-ecs";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { eventually, refusal } from "../support/standin/fixtures";
import { bench, ecs, line, next, runTask, stopped, taskDefinition, useBench } from "../support/standin/runtimeFixtures";

useBench();

describe("ECS", () => {
  test("a task sees what its definition declares, its role's credentials, the endpoint, and nothing else", async () => {
    const { ARN } = await new SecretsManagerClient(bench.as()).send(
      new CreateSecretCommand({ Name: next("secret"), SecretString: JSON.stringify({ password: "from the secret" }) }),
    );
    const { arn, group } = await taskDefinition({ secret: ARN });
    expect((await stopped(await runTask(arn))).containers![0]!.exitCode).toBe(0);
    const env = JSON.parse(await line(group, "DECLARED")) as Record<string, string>;
    const base = [
      "PATH",
      "LANG",
      "HOME",
      "TMPDIR",
      "AWS_REGION",
      "AWS_DEFAULT_REGION",
      "AWS_ENDPOINT_URL",
      "NODE_EXTRA_CA_CERTS",
      "AWS_CA_BUNDLE",
    ];
    const credentials = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
    expect(Object.keys(env).filter((name) => ![...base, ...credentials, "DECLARED", "SECRET"].includes(name))).toEqual(
      [],
    );
    expect(env).toMatchObject({ DECLARED: "yes", SECRET: "from the secret", AWS_ENDPOINT_URL: bench.standin.endpoint });
    const own = {
      accessKeyId: env.AWS_ACCESS_KEY_ID!,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
      sessionToken: env.AWS_SESSION_TOKEN!,
    };
    expect(own.accessKeyId).not.toBe(bench.standin.rootCredentials.accessKeyId);
    expect(await refusal(new ECSClient(bench.as(own)).send(new DescribeTasksCommand({ tasks: ["x"] })))).toMatch(
      /AccessDenied.*assumed-role\/task-/,
    );
  });

  test("reports a task's exit code", async () => {
    const { arn } = await taskDefinition();
    expect((await stopped(await runTask(arn, "3"))).containers![0]!.exitCode).toBe(3);
  });

  test("two tasks at a time meet no port of each other, as if each had a network of its own", async () => {
    const ports = await Promise.all(
      [1, 2].map(async () => {
        const { arn, group } = await taskDefinition({ port: 5432 });
        await stopped(await runTask(arn));
        return (JSON.parse(await line(group, "DECLARED")) as { PORT: string }).PORT;
      }),
    );
    expect(ports.every((port) => /^\d+$/.test(port) && port !== "5432")).toBe(true);
    expect(ports[0]).not.toBe(ports[1]);
  });

  test("StopTask sends TERM and reports the code the task ends with", async () => {
    const { arn, group } = await taskDefinition();
    const task = await runTask(arn, "sleep");
    await line(group, "sleeping");
    await ecs.send(new StopTaskCommand({ task, reason: "enough" }));
    expect(await stopped(task)).toMatchObject({
      stopCode: "UserInitiated",
      stoppedReason: "enough",
      containers: [{ exitCode: 143 }],
    });
    await line(group, "terminated");
  });

  test("a task that ignores TERM is killed after its stop time-out", async () => {
    const { arn, group } = await taskDefinition({ stopTimeout: 1 });
    const task = await runTask(arn, "deaf");
    await line(group, "sleeping");
    await ecs.send(new StopTaskCommand({ task }));
    expect((await stopped(task)).containers![0]!.exitCode).toBe(137);
  });

  test("fails when the execution role may not write logs", async () => {
    const { arn } = await taskDefinition({ executionRights: ["logs:CreateLogStream"] });
    const task = await stopped(await runTask(arn));
    expect(task.stopCode).toBe("TaskFailedToStart");
    expect(task.stoppedReason).toMatch(
      /^ResourceInitializationError: .*is not authorized to perform: logs:PutLogEvents/,
    );
  });

  test("fails when the image is not known", async () => {
    const { arn } = await taskDefinition({ image: "example/other@sha256:0" });
    expect((await stopped(await runTask(arn))).stoppedReason).toMatch(
      /image example\/other@sha256:0 is not known here/,
    );
  });
});

describe("Lambda", () => {
  const SOURCE = `
    import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
    export const handler = async () => {
      const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
      return { now: Date.now(), date: new Date().getTime(), fixed: new Date(5).getTime(), arn: Arn, env: process.env };
    };`;
  const invoke = async (name: string) => {
    const { Payload, FunctionError } = await new LambdaClient(bench.as()).send(
      new InvokeCommand({ FunctionName: name }),
    );
    const result = JSON.parse(Buffer.from(Payload!).toString());
    expect([FunctionError, result]).toEqual([undefined, expect.objectContaining({ now: expect.any(Number) })]);
    return result;
  };

  test("a function acts as its role, sees its own environment only, and follows the clock while it is warm", async () => {
    const name = next("function");
    const role = await bench.role(name, "lambda.amazonaws.com", []);
    await bench.lambda(name, role, SOURCE, { DECLARED: "yes" });
    const first = await invoke(name);
    expect(first.arn).toBe(`arn:aws:sts::${bench.standin.accountId}:assumed-role/${name}/${name}`);
    expect(first.env).toMatchObject({ DECLARED: "yes", AWS_LAMBDA_FUNCTION_NAME: name });
    expect(
      Object.keys(first.env).filter((n) =>
        /^(MINISTACK|PYTHON|GATEWAY|BACKUP321_IMAGES|BACKUP321_GROUPS|AUTH$)/.test(n),
      ),
    ).toEqual([]);
    await bench.standin.setClockOffsetHours(30);
    const later = await invoke(name);
    await bench.standin.setClockOffsetHours(0);
    const hours = (from: number, to: number) => Math.round((to - from) / 3_600_000);
    expect([hours(first.now, later.now), hours(later.now, later.date), later.fixed]).toEqual([30, 0, 5]);
    expect(hours(first.now, (await invoke(name)).now)).toBe(0);
  });
});

test("the end of the stand-in is the end of its tasks", async () => {
  const { arn, group } = await taskDefinition();
  await runTask(arn, "sleep");
  const pid = Number(/sleeping as (\d+)/.exec(await line(group, "sleeping"))![1]);
  await bench.standin.stop();
  // Signal 0 asks whether the process is there; it is while it runs, and until its new parent has taken note of its end.
  const there = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  expect(await eventually("the task's end", () => (there() ? undefined : "ended"))).toBe("ended");
});
