import { GetBucketPolicyCommand } from "@aws-sdk/client-s3";
import type { DoctorContext, DoctorSide } from "./check";

/** One statement as S3 gives it back. */
export interface Statement {
  Sid?: string;
  Effect?: string;
  Principal?: unknown;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

/** One, several or none, as a list. */
export const many = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** Whether a pattern with * and ? matches; actions are compared without case. */
export function matches(pattern: string, value: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "i").test(value);
}

/** Whether a principal is everyone. */
export function isForEveryone(principal: unknown): boolean {
  return (
    principal === "*" || (typeof principal === "object" && many((principal as { AWS?: string }).AWS).includes("*"))
  );
}

/** Statements of a bucket's policy. @throws S3's error, of a bucket without a policy too */
export async function bucketStatements(
  { clients }: DoctorContext,
  { bucket, region }: Pick<DoctorSide, "bucket" | "region">,
): Promise<readonly Statement[]> {
  const { Policy } = await clients(region).s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
  return many((JSON.parse(Policy ?? "{}") as { Statement?: Statement | Statement[] }).Statement);
}
