/** A bucket of backups that could be locked, and isn't: an object without lock headers can be deleted at once. */
import { backupBucket } from "./sound/buckets";

backupBucket("orders-backups", { without: ["lock"] });
