/** Backups in one Region: what takes the Region takes them all. */
import { backupBucket } from "./sound/buckets";

backupBucket("orders-backups", { without: ["replication"] });
