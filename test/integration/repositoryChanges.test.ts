// needs: pulumi, standin
/** A repository that holds data, changed in every way that could replace something: on the real engine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectLockConfigurationCommand } from "@aws-sdk/client-s3";
import { type RunningStack, withStack } from "../support/engine/runStack";
import { type AwsClients, createAwsClients } from "../support/provider/awsClients";
import { type Bench, startBench } from "../support/standin/fixtures";
import type { RepositoryProgramArgs } from "./programs/repository";

const REGION = "eu-central-1";
/** What holds data, or what data can't be read without. */
const HOLDS_DATA = /^aws:(s3\/bucket:Bucket|kms\/key:Key)$/;

jest.setTimeout(300_000);

let bench: Bench;
let dir: string;
let here: AwsClients;
let stack: RunningStack;

interface State {
  type: string;
  urn: string;
  id?: string;
}

async function ids(): Promise<Record<string, string | undefined>> {
  const { deployment } = (await stack.export()) as { deployment: { resources: State[] } };
  return Object.fromEntries(deployment.resources.map(({ urn, id }) => [urn.split("::").pop()!, id]));
}

/** Applies a change; returns the operations that were not `same`, each once, and what the engine printed when it refused. */
async function change(programArgs: RepositoryProgramArgs) {
  const operations = new Set<string>();
  const dataOperations: string[] = [];
  let printed = "";
  const onResource = ({ operation, type, urn }: { operation: string; type: string; urn: string }): void => {
    if (operation === "same") return;
    operations.add(operation);
    if (HOLDS_DATA.test(type) && operation !== "update") dataOperations.push(`${operation} ${urn.split("::").pop()}`);
  };
  const failed = await stack
    .up({ programArgs, onResource, onOutput: (text) => (printed += text) })
    .then(() => false)
    .catch(() => true);
  return { operations: [...operations].sort(), dataOperations, failed, printed };
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "backup321-changes-"));
  bench = await startBench();
  here = createAwsClients(REGION, bench.as());
  stack = await withStack({
    programModule: join(__dirname, "programs", "repository.ts"),
    programArgs: {},
    projectName: "kept",
    stackName: "dev",
    region: REGION,
    stateDir: join(dir, "stack"),
    awsEnv: bench.standin.env(),
  });
  await stack.up();
});

afterAll(async () => {
  await stack?.close();
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

test("a second update and a refresh show no change", async () => {
  expect((await stack.up()).changes).toEqual({ same: expect.any(Number) });
  expect((await stack.refresh()).changes).toEqual({ same: expect.any(Number) });
});

test("a tag is changed in place", async () => {
  const before = await ids();
  const { operations, failed } = await change({ tags: { team: "data" } });
  expect({ operations, failed }).toEqual({ operations: ["update"], failed: false });
  expect(await ids()).toEqual(before);
});

test("a longer life, and with it a longer lock, is changed in place", async () => {
  const before = await ids();
  const { operations, failed } = await change({ tags: { team: "data" }, expireDays: 200 });
  expect({ operations, failed }).toEqual({ operations: ["update"], failed: false });
  expect(await ids()).toEqual(before);
  const lock = await here.s3.send(new GetObjectLockConfigurationCommand({ Bucket: before["kept-primary"] }));
  expect(lock.ObjectLockConfiguration!.Rule!.DefaultRetention).toEqual({ Mode: "GOVERNANCE", Days: 200 });
});

test("the lock mode is changed in place", async () => {
  const before = await ids();
  const { operations, failed } = await change({ tags: { team: "data" }, expireDays: 200, compliance: true });
  expect({ operations, failed }).toEqual({ operations: ["update"], failed: false });
  expect(await ids()).toEqual(before);
  await change({ tags: { team: "data" }, expireDays: 200 });
});

describe("with what holds data", () => {
  const kept: RepositoryProgramArgs = { tags: { team: "data" }, expireDays: 200 };

  test.each<[string, RepositoryProgramArgs, RegExp]>([
    [
      "another bucket name",
      { bucketName: "another-name-for-it" },
      /unable to replace resource .*kept-primary.*marked for protection/s,
    ],
    [
      "another replica region",
      { replicaRegion: "eu-north-1" },
      /unable to replace resource .*kept-replica.*marked for protection/s,
    ],
  ])("fails when %s would replace it, and nothing of it is touched", async (_, more, message) => {
    const before = await ids();
    const { dataOperations, failed, printed } = await change({ ...kept, ...more });
    expect(failed).toBe(true);
    expect(printed).toMatch(message);
    expect(dataOperations).toEqual([]);
    const after = await ids();
    for (const name of ["kept-primary", "kept-replica", "kept-primary-key", "kept-replica-key"]) {
      expect([name, after[name]]).toEqual([name, before[name]]);
    }
  });

  test("fails when a key of your own would drop the one that older data needs", async () => {
    const before = await ids();
    const refused = await change({ ...kept, ownKey: true });
    expect(refused.failed).toBe(true);
    expect(refused.printed).toMatch(/kept-primary-key.*protected|protected.*kept-primary-key/s);
    expect((await ids())["kept-primary-key"]).toBe(before["kept-primary-key"]);
  });
});
