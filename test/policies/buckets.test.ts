import { bucketsOf } from "../../policies/buckets";
import { stackOf, type StackResource } from "../../policies/stack";
import { UNKNOWN_TEXT } from "./harness";
import { TYPES } from "./stacks";

interface Told {
  type?: string;
  lock?: boolean;
}

/** What is told of one bucket, with its lock resource where it has one. */
function told(name: string, props: object = {}, { type = TYPES.bucket, lock = false }: Told = {}) {
  const resource = (of: string, called: string, properties: object) => ({
    type: of,
    name: called,
    urn: `urn:pulumi:dev::shop::${of}::${called}`,
    props: properties,
    propertyDependencies: {} as Record<string, unknown[]>,
  });
  const bucket = resource(type, name, props);
  const part = resource(TYPES.lock, "lock", { bucket: UNKNOWN_TEXT });
  part.propertyDependencies["bucket"] = [bucket];
  const stack = stackOf((lock ? [bucket, part] : [bucket]) as unknown as StackResource["resource"][]);
  const [only] = bucketsOf(stack);
  return { isLocked: only!.isLocked, isBackup: only!.isBackup, isCalledReplica: only!.isCalledReplica };
}

describe("a bucket holds backups", () => {
  test.each([
    ["shop-backups", {}],
    ["db_backup", {}],
    ["backup", {}],
    ["BACKUPS", {}],
    ["shopBackups", {}],
    ["backupBucket", {}],
    ["DBBackup2", {}],
    ["shop", { bucket: "shop.backups.example" }],
    ["shop", { bucketName: "shop-backups" }],
    ["shop", { tags: { Purpose: "Database backups" } }],
    ["shop", { tags: [{ key: "usage", value: "backup" }] }],
    // Only the name that says logs too is that of a log bucket; a tag beside it is believed.
    ["shop-logs", { tags: { purpose: "backups" } }],
    ["backup-catalogs", {}],
  ])("by its name or tag: %s %j", (name, props) => {
    expect(told(name, props)).toEqual({ isLocked: false, isBackup: true, isCalledReplica: false });
  });

  test.each([
    ["the argument of the bucket", { objectLockEnabled: true }, {}],
    ["a resource of its own", {}, { lock: true }],
    ["its configuration", { objectLockConfiguration: { objectLockEnabled: "Enabled" } }, {}],
    ["its configuration, as a list", { objectLockConfiguration: [{ objectLockEnabled: "Enabled" }] }, {}],
    ["the argument of the native bucket", { objectLockEnabled: true }, { type: TYPES.native }],
  ])("by Object Lock in %s, whatever it is called", (_how, props, more) => {
    expect(told("audit-logs", props, more)).toEqual({ isLocked: true, isBackup: true, isCalledReplica: false });
  });
});

describe("a bucket holds no backups", () => {
  test.each([
    ["shop", {}],
    ["feedbackups", {}],
    ["feedBackupster", {}],
    ["backupper", {}],
    ["BACKUPPER", {}],
    ["backup-logs", {}],
    ["orders-primary-logs", {}],
    ["accessLogsBackup", {}],
    ["BACKUP_LOGS", {}],
    ["backup-inventory", {}],
    ["backup-reports", {}],
    ["shop", { tags: { backup: "daily" } }],
    ["shop", { tags: { purpose: "logs of backups" } }],
    ["shop", { tags: { purpose: UNKNOWN_TEXT } }],
    ["shop", { tags: UNKNOWN_TEXT, bucket: UNKNOWN_TEXT }],
    ["shop", { tags: [{ key: "team", value: "backup" }, "backup"] }],
    ["shop", { objectLockEnabled: false, objectLockConfiguration: {} }],
    ["shop", { objectLockEnabled: UNKNOWN_TEXT, objectLockConfiguration: UNKNOWN_TEXT }],
  ])("where nothing says so: %s %j", (name, props) => {
    expect(told(name, props)).toEqual({ isLocked: false, isBackup: false, isCalledReplica: false });
  });
});

describe("a bucket is called a replica", () => {
  test.each([
    ["orders-replica", {}],
    ["ordersReplica", {}],
    ["orders", { bucket: "orders-replicas-eu" }],
    ["orders", { tags: { Role: "replica" } }],
  ])("by its name or tag: %s %j", (name, props) => {
    expect(told(name, props)).toEqual({ isLocked: false, isBackup: false, isCalledReplica: true });
  });

  test.each([
    ["orders-replicated", {}],
    ["replicator", {}],
    ["orders", { tags: { Owner: "replica" } }],
  ])("not where nothing says so: %s %j", (name, props) => {
    expect(told(name, props).isCalledReplica).toBe(false);
  });
});
