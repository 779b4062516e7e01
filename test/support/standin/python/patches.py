"""Everything that is changed in the stand-in, and why: (name, what AWS does that it lacks, function that mends it)."""
import alarms
import distributed_map
import ecs_tasks
import identity
import lambda_process
import metric_math
import s3_conditions
import s3_encryption
import s3_locks
import s3_ranges
import s3_replication
import scheduler_firing
import server
import state_machines

PATCHES = [
    ("one port", "AWS never opens a port on this machine; the stand-in also takes 443 when it can", server.apply),
    ("confirmation links", "SNS sends confirmation links that work; the stand-in writes http ones while it serves https", server.apply_links),
    ("principal of a session", "aws:PrincipalArn of a role session is the role's ARN; the stand-in gives the session's", identity.apply_principal),
    ("metric namespace", "PutMetricData carries cloudwatch:namespace; the stand-in carries no such key", identity.apply_metric_namespace),
    ("resources of requests", "a schedule's ARN has its group, and a role's its path; the stand-in judges both without", identity.apply_resources),
    ("root obeys denies", "a Deny in a bucket policy binds the account's root; the stand-in lets root pass", identity.apply_root),
    ("condition keys", "S3 carries if-none-match, ObjectCreationOperation, Object Lock, KMS key and TLS version keys; the stand-in carries none", s3_conditions.apply_keys),
    ("rights for headers", "lock headers need PutObjectRetention, tags PutObjectTagging; the stand-in asks for PutObject alone", s3_conditions.apply_rights),
    ("lock headers are private", "HEAD and GET show a lock to holders of GetObjectRetention; the stand-in shows it to all", s3_conditions.apply_visibility),
    ("key permissions", "S3 uses a KMS key with the caller's rights; the stand-in never asks", s3_encryption.apply_permissions),
    ("key state", "a write under a disabled or unknown KMS key is refused; the stand-in stores it", s3_encryption.apply_state),
    ("blocked encryption", "a write with a key of the customer's (SSE-C) is refused where the bucket blocks it; the stand-in stores it", s3_encryption.apply_blocked),
    ("bucket key", "answers say whether an object is under a bucket key; the stand-in does not", s3_encryption.apply_bucket_key),
    ("lock headers are judged", "a past date or half a lock is refused; the stand-in takes it", s3_locks.apply_validation),
    ("lock on multipart uploads", "a multipart upload gets the lock it was created with, or the default; the stand-in drops both", s3_locks.apply_multipart),
    ("range of a version", "a range is cut from a version that is named, too; the stand-in answers with all of it", s3_ranges.apply),
    ("replication", "replicas keep version id and lock, take the rule's key, and need the role's rights; the stand-in's do not", s3_replication.apply),
    ("task environment", "a task gets its declared environment and its own role; the stand-in hands out credentials nobody can use", ecs_tasks.apply_environment),
    ("task secrets and logs", "secrets and logs need the execution role's rights; the stand-in reads them for anyone", ecs_tasks.apply_execution_role),
    ("task network", "each task has a network of its own; all tasks of the stand-in share this machine's ports", ecs_tasks.apply_network),
    ("task stop", "StopTask sends TERM, then KILL after stopTimeout, and reports the exit code; the stand-in kills and reports 0", ecs_tasks.apply_stop),
    ("function environment", "a function sees its own environment only; the stand-in passes on its own", lambda_process.apply),
    ("execution names", "execution names are checked, and a repeat while running is a success; the stand-in takes any and refuses repeats", state_machines.apply_names),
    ("state machine role", "a state machine acts with its role's rights; the stand-in acts as root", state_machines.apply_role),
    ("runTask.sync", "a failed task fails its state, a time-out or abort stops the task; the stand-in does neither", state_machines.apply_run_task),
    ("error names", "errors are StepFunctions.ExecutionAlreadyExistsException and so on; the stand-in leaves out the affixes", state_machines.apply_errors),
    ("machine time-out", "TimeoutSeconds ends the whole execution; the stand-in ignores it", state_machines.apply_timeout),
    ("payload size", "a state's output ends at 256 KiB; the stand-in lets any size through", state_machines.apply_payload),
    ("Distributed Map", "a Distributed Map needs its role's rights and ends with its parent, and a stopped item leaves no record; the stand-in asks for none, goes on, and lets a state catch the stop", distributed_map.apply),
    ("schedules", "Scheduler fills in its context, follows time zones, uses its role and its DLQ; the stand-in does not", scheduler_firing.apply),
    ("metric math", "an alarm may watch a sum of metrics; the stand-in forgets them", metric_math.apply),
    ("alarms", "alarms look at their own dimensions and at missing data, without being asked; the stand-in does neither", alarms.apply),
]
