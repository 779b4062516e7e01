import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { ECRClient } from "@aws-sdk/client-ecr";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SFNClient } from "@aws-sdk/client-sfn";
import type { SNSClient } from "@aws-sdk/client-sns";
import { messageOf } from "../errors";
import type { StackSettings } from "../stackSettings";
import { inWorkers } from "../workers";

/** Clients of one region, each made when it is first asked for. */
export interface RegionClients {
  s3: Pick<S3Client, "send">;
  kms: Pick<KMSClient, "send">;
  scheduler: Pick<SchedulerClient, "send">;
  sfn: Pick<SFNClient, "send">;
  ecs: Pick<ECSClient, "send">;
  ecr: Pick<ECRClient, "send">;
  lambda: Pick<LambdaClient, "send">;
  cloudwatch: Pick<CloudWatchClient, "send">;
  sns: Pick<SNSClient, "send">;
  secrets: Pick<SecretsManagerClient, "send">;
  iam: Pick<IAMClient, "send">;
}

/** One side of the repository that is examined. */
export interface DoctorSide {
  side: "primary" | "replica";
  bucket: string;
  region: string;
}

/** What checks look at, and with what. */
export interface DoctorContext {
  sides: readonly DoctorSide[];
  stack: StackSettings;
  now: Date;
  signal: AbortSignal;
  clients: (region: string) => RegionClients;
}

/** `notChecked`: nobody could look; that is not health. */
export type CheckStatus = "ok" | "finding" | "notChecked";

export interface CheckResult {
  /** `area.what`, of a fixed list. */
  id: string;
  /** What was looked at: a bucket, an alarm. */
  subject: string;
  status: CheckStatus;
  /** One sentence: what is there, what is wrong, or why nobody could look. */
  detail: string;
}

/** One area of the set-up. */
export interface DoctorCheck {
  id: string;
  run: (context: DoctorContext) => Promise<CheckResult[]>;
}

/** What a look at something came to: problems, or one sentence that says what is right. */
export interface Look {
  ok: string;
  problems: readonly string[];
}

/** Errors that say that what was looked for is not there. */
const MISSING =
  /^(NoSuch\w+|NotFound|NotFoundException|ResourceNotFound(Exception)?|StateMachineDoesNotExist|\w+NotFoundError|RepositoryNotFoundException|ImageNotFoundException|NoSuchEntity(Exception)?|ClientException)$/;

/** Looks at one thing. What is not there is a finding; what could not be looked at is told as that. */
export async function examine(id: string, subject: string, look: () => Promise<Look>): Promise<CheckResult> {
  try {
    const { ok, problems } = await look();
    if (problems.length === 0) return { id, subject, status: "ok", detail: ok };
    return { id, subject, status: "finding", detail: problems.join("; ") };
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (MISSING.test(name)) return { id, subject, status: "finding", detail: `it is not there (${name})` };
    return {
      id,
      subject,
      status: "notChecked",
      detail: `${name && name !== "Error" ? `${name}: ` : ""}${messageOf(error)}`,
    };
  }
}

const AT_ONCE = 8;

/** Looks at many things of one kind, a few at once; where their names are not known, says so. */
export async function examineEach<T>(
  { signal }: DoctorContext,
  id: string,
  items: readonly T[] | undefined,
  subjectOf: (item: T) => string,
  look: (item: T) => Promise<Look>,
): Promise<CheckResult[]> {
  if (items === undefined) {
    const detail = "its name is not known here; give --stack, or a configuration file";
    return [{ id, subject: "unknown", status: "notChecked", detail }];
  }
  const stops = { signal, interruption: () => new Error("stopped by a signal") };
  return inWorkers(items, AT_ONCE, stops, (item) => examine(id, subjectOf(item), () => look(item)));
}

/** Region that tasks, machines and schedules run in. */
export function primaryRegion({ sides }: DoctorContext): string {
  return sides.find(({ side }) => side === "primary")!.region;
}

/** Sentences of what does not hold. */
export function unless(...rules: readonly (readonly [holds: boolean, problem: string])[]): string[] {
  return rules.filter(([holds]) => !holds).map(([, problem]) => problem);
}
