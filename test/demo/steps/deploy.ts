import path from "node:path";
import { type RunningStack, withStack } from "../../support/engine/runStack";
import type { PulumiCli } from "../../support/engine/pulumiCli";
import type { Reporter, StepResult } from "../console";
import { type Deployed, PRIMARY_REGION, type Provisioned, REPLICA_REGION, type Servers } from "../world";

/** Longest that creating the stack usually takes; the schedule must fire after it. */
const LEAD_MS = 20_000;

export function exampleFile(name: string): string {
  return path.join(__dirname, `../../../examples/${name}/index.ts`);
}

function everyDayAt(time: Date): string {
  return `cron(${time.getUTCMinutes()} ${time.getUTCHours()} * * ? *)`;
}

function nextFullMinute(now: number): Date {
  return new Date(Math.ceil(now / 60_000) * 60_000);
}

/** What the components wrote into the state, whatever the example exports. */
async function componentOutputs(stack: RunningStack): Promise<Provisioned> {
  const { deployment } = (await stack.export()) as { deployment: { resources: { type: string; outputs?: object }[] } };
  const of = (type: string) => deployment.resources.find((r) => r.type === `pulumi-backup321:index:${type}`)?.outputs;
  return { ...of("BackupRunner"), ...of("DatabaseBackup") } as Provisioned;
}

/** 3: `pulumi up` of an example by the real engine. */
export async function deploy(servers: Servers, cli: PulumiCli, report: Reporter): Promise<StepResult<Deployed>> {
  const { ground, standin } = servers;
  const plain = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`demo:${key}`, { value }]));
  const open = (firesAt: Date) =>
    withStack({
      programModule: exampleFile("minimal"),
      projectName: "demo",
      stackName: "dev",
      region: PRIMARY_REGION,
      stateDir: path.join(servers.dir, "pulumi"),
      awsEnv: standin.env(ground.deployer),
      config: plain({
        secretArn: ground.secretArn,
        image: `registry.example/backup321-runner@sha256:${"0".repeat(64)}`,
        serverImage: `registry.example/postgres@sha256:${"0".repeat(64)}`,
        vpcId: ground.vpcId,
        subnetIds: JSON.stringify([ground.subnetId]),
        databaseSecurityGroupId: ground.databaseSecurityGroupId,
        databasePort: String(servers.postgres.settings.port),
        replicaRegion: REPLICA_REGION,
        scheduleExpression: everyDayAt(firesAt),
      }),
    });
  let firesAt = nextFullMinute(Date.now() + LEAD_MS);
  let stack = await open(firesAt);
  let count = 0;
  const onResource = ({ type }: { type: string }) =>
    report.progress((count += 1), 90, `${count} resources, ${type.split(":").pop()}`);
  report.now("pulumi up");
  const { changes } = await stack.up({ onResource });
  const created = changes["create"] ?? 0;
  while (firesAt.getTime() - Date.now() < 3_000) {
    // A slow machine: the minute has passed. Move the schedule, in place, as a user would.
    firesAt = nextFullMinute(Date.now() + 15_000);
    await stack.close();
    stack = await open(firesAt);
    await stack.up();
  }
  return {
    value: { stack, outputs: await componentOutputs(stack), firesAt },
    headline: `pulumi ${cli.version} (${cli.source}) created ${created} resources in ${PRIMARY_REGION} and ${REPLICA_REGION}`,
  };
}
