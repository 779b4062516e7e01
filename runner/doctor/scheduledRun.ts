import * as z from "zod";
import { DOCTOR_FILE, type UnseenCheck } from "../doctorContract";
import { messageOf, problemsError } from "../errors";
import type { Repository } from "../repository/repository";
import { settingsOfFile, type StackSettings } from "../stackSettings";
import type { CheckResult, DoctorContext, DoctorSide } from "./check";
import { doctorProblems, doctorRecord, storeDoctorRecord } from "./record";

/** What is examined without anybody. */
export interface ScheduledDoctor {
  sides: DoctorSide[];
  stack: StackSettings;
  unseen: UnseenCheck[];
}

/** What a scheduled examination came to. */
export interface ScheduledResult {
  verdict: "passed" | "failed";
  /** Key of its record. */
  record: string;
  ok: number;
  findings: number;
  notChecked: number;
  /** One sentence each; none when it passed. */
  problems: string[];
}

/** What it uses. */
export interface ScheduledDependencies {
  examine: (context: Omit<DoctorContext, "clients">) => Promise<CheckResult[]>;
  /** The primary, to which the record is added. */
  repository: Repository;
  clock: () => Date;
  /** Base32 characters. */
  random: (length: number) => string;
  log: (result: ScheduledResult) => void;
}

const FILE = z.strictObject({
  stack: z.record(z.string(), z.unknown()),
  unseen: z.array(z.strictObject({ id: z.string().min(1), subject: z.string().min(1), why: z.string().min(1) })),
});

function parsed(text: string): { value: unknown; problems: string[] } {
  try {
    return { value: JSON.parse(text), problems: [] };
  } catch (error) {
    return { value: undefined, problems: [`is no JSON (${messageOf(error)})`] };
  }
}

/**
 * Reads what a function is told.
 *
 * @param text of the file beside its code; undefined when there is none
 * @throws StageError `usage` with every problem
 */
export function scheduledDoctor(text: string | undefined): ScheduledDoctor {
  const fail = (problems: readonly string[]) =>
    problemsError(
      "doctor",
      "usage",
      problems.map((problem) => `${DOCTOR_FILE} ${problem}`),
    );
  if (text === undefined) throw fail(["is not beside the function's code; deploy the stack again"]);
  const { value, problems } = parsed(text);
  if (problems.length > 0) throw fail(problems);
  const file = FILE.safeParse(value);
  if (!file.success)
    throw fail(file.error.issues.map(({ path, message }) => `${path.join(".") || "(top)"}: ${message}`));
  const { settings: stack, problems: wrong } = settingsOfFile(file.data.stack);
  const sides = (["primary", "replica"] as const).flatMap((side): DoctorSide[] => {
    const [bucket, region] =
      side === "primary"
        ? [stack.primaryBucketName, stack.primaryRegion]
        : [stack.replicaBucketName, stack.replicaRegion];
    return bucket === undefined || region === undefined ? [] : [{ side, bucket, region }];
  });
  if (wrong.length === 0 && sides[0]?.side !== "primary")
    wrong.push("primaryBucketName and primaryRegion must be given");
  if (wrong.length > 0) throw fail(wrong.map((problem) => `stack: ${problem}`));
  return { sides, stack, unseen: file.data.unseen };
}

/**
 * Examines a set-up without anybody, and leaves a record of it, once. What it found is in the record, which freshness judges in both
 * regions; it fails only where there is no record.
 *
 * Single things that it could not look at are let pass and counted, as with `--allow-unchecked`: nobody is there to lend a right.
 *
 * @param ranBy ARN of the function
 * @throws RepositoryError when the record could not be stored
 */
export async function runScheduledDoctor(
  dependencies: ScheduledDependencies,
  { sides, stack, unseen }: ScheduledDoctor,
  ranBy: string | null,
): Promise<ScheduledResult> {
  const { examine, repository, clock, random, log } = dependencies;
  const startedAt = clock();
  const examined = await examine({ sides, stack, now: startedAt, signal: new AbortController().signal });
  const results: CheckResult[] = [
    ...examined,
    ...unseen.map(({ id, subject, why }) => ({ id, subject, status: "notChecked" as const, detail: why })),
  ];
  const evidence = doctorRecord({
    startedAt,
    finishedAt: clock(),
    results,
    attacked: false,
    uncheckedAllowed: true,
    ranBy,
    random,
  });
  const record = await storeDoctorRecord(repository, evidence);
  const count = (wanted: CheckResult["status"]) => results.filter(({ status }) => status === wanted).length;
  const result: ScheduledResult = {
    verdict: evidence.verdict,
    record,
    ok: count("ok"),
    findings: count("finding"),
    notChecked: count("notChecked"),
    problems: doctorProblems(results, true),
  };
  log(result);
  return result;
}
