/** A bucket of backups whose versions are not kept: what is overwritten is gone. */
import { backupBucket } from "./sound/buckets";

backupBucket("orders-backups", { without: ["versioning"] });
