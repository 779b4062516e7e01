/** A whole backup with drills and alerts, changed from run to run. */
import { AlertChannelKind, DatabaseBackup, type DatabaseArgs } from "../../../components";

/** What a run may change; plain data. */
export interface DrillProgramArgs {
  vpcId: string;
  subnetIds: string[];
  database: DatabaseArgs;
  webhook: { secretArn: string; signingSecretArn: string };
  /** The same with secrets of the replica's region. */
  replicaWebhook: { secretArn: string; signingSecretArn: string };
}

const image = (name: string): string => `registry.example/${name}@sha256:${"0".repeat(64)}`;

export function program({ vpcId, subnetIds, database, webhook, replicaWebhook }: DrillProgramArgs) {
  const backup = new DatabaseBackup("shop", {
    databases: [database],
    image: image("backup321-runner"),
    vpcId,
    subnetIds,
    replicaRegion: "eu-west-1",
    deletionProtection: false,
    drill: { serverImage: image("postgres"), rtoMinutes: 5, timeoutMinutes: 5 },
    alertEmails: ["dba@example.com"],
    alerts: {
      channels: [{ kind: AlertChannelKind.Webhook, ...webhook }],
      replicaChannels: [{ kind: AlertChannelKind.Webhook, ...replicaWebhook }],
    },
  });
  const { stateMachineArn, drillStateMachineArn, drillRoleArns, primaryBucketName, primaryTopicArn } = backup;
  return { stateMachineArn, drillStateMachineArn, drillRoleArns, primaryBucketName, primaryTopicArn };
}
