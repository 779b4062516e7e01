"""Replication as AWS does it for locked, KMS-encrypted objects. It stays synchronous: it ends with the request."""
import copy
import logging
from contextvars import ContextVar

from ministack.services import s3

import roles
from s3_conditions import KMS_KEY, lock_keys
from s3_encryption import context_arn, key_conditions, unusable

logger = logging.getLogger("backup321.replication")

_pending: ContextVar[list | None] = ContextVar("backup321_replication", default=None)


def apply() -> None:
    record_version = s3._record_object_version
    handle = s3.handle_request

    def record_object_version(bucket_name, key, prior, obj, data):
        wanted = obj.pop("wanted_version_id", None)
        version_id = record_version(bucket_name, key, prior, obj, data)
        if version_id and wanted:
            s3._object_versions[(bucket_name, key)][-1]["version_id"] = obj["version_id"] = version_id = wanted
        return version_id

    def maybe_replicate(bucket_name, key, obj, data, tags=None):
        """Called before the version and its lock exist, so the copy waits for the end of the request."""
        rule, role = s3._replication_rule_for(bucket_name, key, tags)
        selected = ((rule or {}).get("SourceSelectionCriteria") or {}).get("SseKmsEncryptedObjects") or {}
        if rule is None or (obj.get("preserved_headers", {}).get(KMS_KEY) and selected.get("Status") != "Enabled"):
            return
        obj["replication_status"] = "PENDING"
        waiting = _pending.get()
        job = (bucket_name, key, obj, data, dict(tags or {}), rule, role)
        if waiting is None:
            _replicate(*job)
        else:
            waiting.append(job)

    async def handle_request(*args, **kwargs):
        token = _pending.set([])
        try:
            response = await handle(*args, **kwargs)
            for job in _pending.get():
                _replicate(*job)
            return response
        finally:
            _pending.reset(token)

    s3._record_object_version = record_object_version
    s3._maybe_replicate = maybe_replicate
    s3.handle_request = handle_request


def _replicate(bucket, key, obj, data, tags, rule, role) -> None:
    version_id = obj.get("version_id")
    retention = s3._object_retention.get((bucket, key, version_id))
    target = s3._replication_destination(bucket, key, rule, role)
    problem = "the destination is gone or not versioned" if target is None else _refusal(
        bucket, key, obj, tags, rule, role, retention, target)
    if problem is None:
        _write_replica(bucket, key, obj, data, tags, rule, retention, target)
    else:
        logger.warning("replication of %s/%s failed: %s", bucket, key, problem)
        s3._fire_s3_event_async(bucket, key, "s3:Replication:OperationFailedReplication", version_id=version_id)
    obj["replication_status"] = "COMPLETED" if problem is None else "FAILED"
    for version in s3._object_versions.get((bucket, key)) or []:
        if version["version_id"] == version_id:
            version["replication_status"] = obj["replication_status"]


def _refusal(bucket, key, obj, tags, rule, role, retention, target) -> str | None:
    destination, account, _bucket = target
    source, replica = f"arn:aws:s3:::{bucket}/{key}", f"arn:aws:s3:::{destination}/{key}"
    needs = [
        ("s3:GetReplicationConfiguration", f"arn:aws:s3:::{bucket}"),
        ("s3:ListBucket", f"arn:aws:s3:::{bucket}"),
        ("s3:GetObjectVersionForReplication", source),
        ("s3:GetObjectVersionAcl", source),
        ("s3:ReplicateObject", replica, lock_keys(*((retention or {}).get(k) for k in ("Mode", "RetainUntilDate")))),
    ]
    if (rule.get("Destination") or {}).get("AccessControlTranslation"):
        needs.append(("s3:ObjectOwnerOverrideToBucketOwner", replica))
    if tags:
        needs += [("s3:GetObjectVersionTagging", source), ("s3:ReplicateTags", replica)]
    if s3._bucket_object_lock.get(bucket):
        needs += [("s3:GetObjectRetention", source), ("s3:GetObjectLegalHold", source)]
        if not s3._bucket_object_lock.get_scoped(account, None, destination):
            return f"bucket {bucket} has Object Lock and {destination} has not"
    source_key = obj.get("preserved_headers", {}).get(KMS_KEY)
    if source_key:
        replica_key = _replica_key(rule)
        # Another account's keys and settings are looked up as that account.
        with s3._in_account(account):
            problem, replica_context = unusable(replica_key), context_arn(destination, key)
        problem = unusable(source_key) or problem
        if problem:
            return problem[1]
        needs += [("kms:Decrypt", source_key, key_conditions(source_key, context_arn(bucket, key))),
                  ("kms:Encrypt", replica_key, key_conditions(replica_key, replica_context))]
    return roles.refusal(role, "s3.amazonaws.com", *needs, source_arn=f"arn:aws:s3:::{bucket}", session="s3-replication")


def _replica_key(rule: dict) -> str:
    return ((rule.get("Destination") or {}).get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID", "")


def _write_replica(bucket, key, obj, data, tags, rule, retention, target) -> None:
    destination, account, dest_bucket = target
    replica = {**copy.copy(obj), "replication_status": "REPLICA", "wanted_version_id": obj.get("version_id")}
    replica["preserved_headers"] = dict(obj.get("preserved_headers", {}))
    replica["storage_class"] = (rule.get("Destination") or {}).get("StorageClass") or obj.get("storage_class")
    if replica["preserved_headers"].get(KMS_KEY):
        replica["preserved_headers"][KMS_KEY] = _replica_key(rule)
    with s3._in_account(account):
        prior = dest_bucket["objects"].get(key)
        dest_bucket["objects"][key] = replica
        version_id = s3._record_object_version(destination, key, prior, replica, data)
        if retention:
            s3._object_retention[(destination, key, version_id)] = dict(retention)
        else:
            s3._apply_object_lock_from_headers(destination, key, {}, version_id)
        hold = s3._object_legal_hold.get((bucket, key, obj.get("version_id")))
        if hold:
            s3._object_legal_hold[(destination, key, version_id)] = hold
        if tags:
            s3._object_tags[(destination, key, version_id)] = dict(tags)
