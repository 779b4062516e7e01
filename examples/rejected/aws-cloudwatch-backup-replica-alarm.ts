/** A replica that nobody watches: copying may fail for months. */
import { backupBucket } from "./sound/buckets";

backupBucket("orders-backups", { without: ["replicationAlarm"] });
