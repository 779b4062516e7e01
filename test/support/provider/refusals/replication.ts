// What S3 refuses about a replication configuration, as far as its inputs show. Pure; one message per problem.
import { isObject, known, objectsOf, UNKNOWN, type Props } from "../wire";
import { oneOf } from "./s3";

const RTC_MINUTES = 15;

function rule(r: Props): string[] {
  const id = `rule ${r["id"]}`;
  const destination = (r["destination"] ?? {}) as Props;
  const kmsSelected = r["sourceSelectionCriteria"]?.sseKmsEncryptedObjects?.status === "Enabled";
  const replicaKey = destination["encryptionConfiguration"]?.replicaKmsKeyId as unknown;
  // A preview may not know one of the two: what is unknown contradicts nothing.
  const comparable =
    known(r["sourceSelectionCriteria"]) && isObject(destination) && destination["encryptionConfiguration"] !== UNKNOWN;
  const rtc = destination["replicationTime"] as Props | undefined;
  const problems = [
    ...oneOf(`${id}: status`, r["status"], ["Enabled", "Disabled"]),
    ...oneOf(`${id}: deleteMarkerReplication.status`, r["deleteMarkerReplication"]?.status, ["Enabled", "Disabled"]),
  ];
  if (comparable && kmsSelected !== (replicaKey !== undefined)) {
    problems.push(`${id}: sseKmsEncryptedObjects and destination.encryptionConfiguration must be given together`);
  }
  if (r["existingObjectReplication"] !== undefined) {
    problems.push(`${id}: MalformedXML: existingObjectReplication is not supported; use S3 Batch Replication`);
  }
  if (r["filter"] !== undefined && r["deleteMarkerReplication"] === undefined) {
    problems.push(`${id}: deleteMarkerReplication must be specified when filter is`);
  }
  if (r["filter"]?.tag && r["deleteMarkerReplication"]?.status === "Enabled") {
    problems.push(`${id}: delete markers cannot be replicated with a tag filter`);
  }
  const { metrics } = destination;
  if (rtc?.["status"] === "Enabled" && known(metrics) && metrics?.status !== "Enabled") {
    problems.push(`${id}: replicationTime requires metrics`);
  }
  const minutes = rtc?.["time"]?.minutes as unknown;
  if (typeof minutes === "number" && minutes !== RTC_MINUTES)
    problems.push(`${id}: replicationTime is ${minutes} minutes: only ${RTC_MINUTES} is valid`);
  return problems;
}

export function replication(inputs: Props): string[] {
  const rules = objectsOf(inputs["rules"]);
  const priorities = rules.map((r) => r["priority"] as number | undefined).filter((p) => p !== undefined && known(p));
  return [
    ...rules.flatMap(rule),
    ...(new Set(priorities).size < priorities.length ? ["two replication rules have the same priority"] : []),
  ];
}
