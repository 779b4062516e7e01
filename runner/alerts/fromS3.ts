import * as z from "zod";
import type { Alert } from "../alertContract";
import { parseRecoveryPointId } from "../contract";
import { type AlertContext, statusCommand } from "./alertContext";
import { isoTime } from "./fromAlarm";

/** Notification of S3; one message may hold several records. */
export const S3_MESSAGE = z.object({
  Records: z
    .array(
      z.object({
        eventSource: z.literal("aws:s3"),
        eventName: z.string(),
        eventTime: z.string(),
        awsRegion: z.string(),
        s3: z.object({
          bucket: z.object({ name: z.string() }),
          object: z.object({ key: z.string(), versionId: z.string().nullish() }),
        }),
        replicationEventData: z
          .object({ destinationBucket: z.string().nullish(), failureReason: z.string().nullish() })
          .nullish(),
      }),
    )
    .min(1),
});

/** What S3 sends to a topic when it is named as the receiver of notifications. */
export const S3_TEST_MESSAGE = z.object({ Service: z.literal("Amazon S3"), Event: z.literal("s3:TestEvent") });

type S3Record = z.infer<typeof S3_MESSAGE>["Records"][number];

/** Keys come as in a form: `+` for a blank, the rest percent-encoded. */
function keyOf(record: S3Record): string {
  try {
    return decodeURIComponent(record.s3.object.key.replace(/\+/g, " "));
  } catch {
    return record.s3.object.key;
  }
}

/** Database and recovery point of a key, as far as it is one of the repository. */
function pointOf(key: string): { database?: string; id?: string } {
  const [prefix, ...rest] = key.split("/");
  const database = prefix === "dumps" || prefix === "manifests" ? rest[1] : rest[0];
  const id = rest.map((part) => part.replace(/\.json$/, "")).find((part) => parseRecoveryPointId(part));
  return id === undefined || database === undefined ? {} : { database, id };
}

function fromRecord(record: S3Record, context: AlertContext): Alert {
  const key = keyOf(record);
  const bucket = record.s3.bucket.name;
  const { database, id } = pointOf(key);
  const since = isoTime(record.eventTime) ?? record.eventTime;
  const isReplication = record.eventName.includes("Replication:");
  const reason = record.replicationEventData?.failureReason;
  return {
    // All objects of a point are one incident.
    id: `s3/${bucket}/${record.eventName}/${id ?? key}`,
    state: "problem",
    severity: "warning",
    title: isReplication
      ? `S3 could not copy an object of ${bucket} to the replica`
      : `S3 reports ${record.eventName} in ${bucket}`,
    what: [
      `Object s3://${bucket}/${key}${record.s3.object.versionId ? `, version ${record.s3.object.versionId}` : ""}.`,
      ...(reason ? [`S3 says why: ${reason}.`] : []),
      ...(isReplication
        ? ["S3 does not try again by itself: mend the cause, then replicate it by S3 Batch Replication."]
        : []),
    ],
    since,
    at: since,
    atRisk: isReplication ? "If the primary's region is lost, what was not copied is lost with it." : null,
    nextCommand: statusCommand(context, { ...(database !== undefined && { database }), side: "primary" }),
    source: {
      repository: context.repository,
      ...(database !== undefined && { database }),
      side: "primary",
      region: record.awsRegion,
    },
  };
}

/** The alerts of a notification, one for each recovery point in it. */
export function alertsFromS3({ Records }: z.infer<typeof S3_MESSAGE>, context: AlertContext): Alert[] {
  const alerts = Records.map((record) => fromRecord(record, context));
  return alerts.filter(({ id }, at) => alerts.findIndex((other) => other.id === id) === at);
}
