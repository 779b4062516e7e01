/** A bucket of backups that `pulumi destroy` empties, past the locks where its role may. */
import { backupBucket } from "./sound/buckets";

backupBucket("orders-backups", { args: { forceDestroy: true } });
