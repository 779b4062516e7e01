"""KMS keys under S3: they must be usable, and the caller must be allowed to use them."""
from contextvars import ContextVar

from ministack.core import iam_actions, iam_evaluator as evaluator
from ministack.core.responses import get_account_id, request_scope
from ministack.services import kms, s3

from s3_conditions import KMS_KEY

BUCKET_KEY = "x-amz-server-side-encryption-bucket-key-enabled"

_encryption_context: ContextVar[str] = ContextVar("backup321_encryption_context", default="")


def uses_bucket_key(bucket: str) -> bool:
    configuration = s3._bucket_encryption.get(bucket) or ""
    text = configuration.decode() if isinstance(configuration, bytes) else str(configuration)
    return "<BucketKeyEnabled>true<" in text


def context_arn(bucket: str, key: str) -> str:
    """With a Bucket Key the encryption context is the bucket, else the object."""
    return f"arn:aws:s3:::{bucket}" if uses_bucket_key(bucket) else f"arn:aws:s3:::{bucket}/{key}"


def key_conditions(key_arn: str, encryption_context: str) -> dict[str, str]:
    fields = key_arn.split(":")
    return {
        "kms:ViaService": f"s3.{fields[3]}.amazonaws.com",
        "kms:CallerAccount": fields[4],
        "kms:EncryptionContext:aws:s3:arn": encryption_context,
    }


def find_key(reference: str):
    """The key record of an ARN, an id or an alias, in the region the ARN names or the request's."""
    fields = reference.split(":")
    if reference.startswith("arn:") and len(fields) > 5:
        with request_scope(get_account_id(), fields[3]):
            return kms._resolve_key(reference)
    return kms._resolve_key(reference)


def unusable(reference: str) -> tuple[str, str] | None:
    """S3's error code and message for a key that can't be used."""
    record = find_key(reference)
    if record is None:
        return "KMS.NotFoundException", f"Key '{reference}' does not exist"
    if record["KeyState"] != "Enabled":
        code = "KMS.DisabledException" if record["KeyState"] == "Disabled" else "KMS.KMSInvalidStateException"
        return code, f"{record['Arn']} is {record['KeyState']}."
    return None


def apply_state() -> None:
    original = s3._resolve_sse_write_headers

    def resolve_sse_write_headers(headers, bucket_name):
        stored, error = original(headers, bucket_name)
        problem = unusable(stored[KMS_KEY]) if stored and stored.get(KMS_KEY) else None
        return (None, s3._error(*problem, 400)) if problem else (stored, error)

    s3._resolve_sse_write_headers = resolve_sse_write_headers


def _blocks_customer_keys(bucket: str) -> bool:
    configuration = s3._bucket_encryption.get(bucket) or ""
    text = configuration.decode() if isinstance(configuration, bytes) else str(configuration)
    return "<EncryptionType>SSE-C<" in text


def apply_blocked() -> None:
    original = s3._resolve_sse_write_headers

    def resolve_sse_write_headers(headers, bucket_name):
        if headers.get("x-amz-server-side-encryption-customer-algorithm") and _blocks_customer_keys(bucket_name):
            return None, s3._error("AccessDenied", "Access Denied", 403)
        return original(headers, bucket_name)

    s3._resolve_sse_write_headers = resolve_sse_write_headers


def apply_bucket_key() -> None:
    original = s3._resolve_sse_write_headers
    s3._SSE_STORED_HEADERS += (BUCKET_KEY,)

    def resolve_sse_write_headers(headers, bucket_name):
        stored, error = original(headers, bucket_name)
        if stored and stored.get(KMS_KEY) and uses_bucket_key(bucket_name):
            stored[BUCKET_KEY] = "true"
        return stored, error

    s3._resolve_sse_write_headers = resolve_sse_write_headers


def _needs(method: str, path: str, headers: dict, params: dict) -> tuple[list[str], str]:
    """The KMS actions a request needs, and the key."""
    bucket, _, key = path.lstrip("/").partition("/")
    action = iam_actions._s3_action(method, path, params) if key else None
    if action == "PutObject" and "uploadId" not in params:
        actions = ["kms:GenerateDataKey", "kms:Decrypt"] if "uploads" in params else ["kms:GenerateDataKey"]
        stored = s3._bucket_default_sse_headers(bucket)
        return actions, headers.get(KMS_KEY) or ("" if headers.get("x-amz-server-side-encryption") else stored.get(KMS_KEY, ""))
    if action in ("GetObject", "GetObjectVersion") and (method == "GET" or headers.get("x-amz-checksum-mode")):
        wanted = s3._qp(params, "versionId", "")
        versions = s3._object_versions.get((bucket, key)) or []
        found = next((v for v in versions if v["version_id"] == wanted), None) if wanted else (
            s3._buckets.get(bucket) or {"objects": {}})["objects"].get(key)
        return ["kms:Decrypt"], ((found or {}).get("preserved_headers") or {}).get(KMS_KEY, "")
    return [], ""


def apply_permissions() -> None:
    checks_of = iam_actions.s3_additional_checks
    original = evaluator.enforce

    def additional_checks(method, path, headers, body, params):
        checks = checks_of(method, path, headers, body, params)
        actions, reference = _needs(method, path, headers, params)
        record = find_key(reference) if reference else None
        if record:
            bucket, _, key = path.lstrip("/").partition("/")
            _encryption_context.set(context_arn(bucket, key))
            checks += [(action, record["Arn"]) for action in actions]
        return checks

    def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        if service == "s3" and iam_action.startswith("kms:"):
            service, region = "kms", resource_arn.split(":")[3]
            with request_scope(get_account_id(), region):
                return original(access_key_id, iam_action, service, region, resource_arn,
                                key_conditions(resource_arn, _encryption_context.get()))
        return original(access_key_id, iam_action, service, region, resource_arn, service_context)

    iam_actions.s3_additional_checks = additional_checks
    evaluator.enforce = enforce
