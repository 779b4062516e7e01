"""What an S3 request says about itself: condition keys, the rights its headers need, and who sees a lock."""
import datetime
import re
from contextvars import ContextVar
from dataclasses import dataclass

from ministack.core import iam_actions, iam_evaluator as evaluator
from ministack.core.responses import get_region
from ministack.core.router import extract_access_key_id
from ministack.services import s3


@dataclass
class Request:
    method: str
    path: str
    headers: dict
    body: bytes
    params: dict


current: ContextVar[Request | None] = ContextVar("backup321_s3_request", default=None)

LOCK_MODE = "x-amz-object-lock-mode"
LOCK_UNTIL = "x-amz-object-lock-retain-until-date"
LOCK_HOLD = "x-amz-object-lock-legal-hold"
KMS_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


def lock_keys(mode: str | None, until: str | None) -> dict[str, str]:
    """The Object Lock condition keys. Remaining days keep their fraction: AWS does not document its rounding."""
    keys = {}
    if mode:
        keys["s3:object-lock-mode"] = mode
    end = evaluator._parse_date(until or "")
    if end:
        remaining = end - datetime.datetime.now(datetime.timezone.utc)
        keys["s3:object-lock-retain-until-date"] = until
        keys["s3:object-lock-remaining-retention-days"] = str(remaining.total_seconds() / 86400)
    return keys


def keys_of(action: str, request: Request | None) -> dict[str, str]:
    keys = {"s3:TlsVersion": "1.3"}  # the server gives no sight of the connection; Node and Python both speak 1.3
    if request is None:
        return keys
    headers, params = request.headers, request.params
    if action == "s3:PutObject":
        part_or_start = "partNumber" in params or (request.method == "POST" and "uploads" in params)
        keys["s3:ObjectCreationOperation"] = "false" if part_or_start else "true"
        for name in ("if-none-match", "if-match", KMS_KEY, "x-amz-storage-class"):
            if headers.get(name):
                keys[f"s3:{name}"] = headers[name]
    if action in ("s3:PutObject", "s3:PutObjectRetention"):
        body = request.body.decode("utf-8", "replace") if "retention" in params else ""
        found = {tag: text for tag, text in re.findall(r"<(Mode|RetainUntilDate)>([^<]+)<", body)}
        keys.update(lock_keys(found.get("Mode") or headers.get(LOCK_MODE), found.get("RetainUntilDate") or headers.get(LOCK_UNTIL)))
    return keys


def apply_keys() -> None:
    extract = iam_actions.extract_iam_action
    original = evaluator.enforce

    def extract_iam_action(service, method, path, headers, body, params):
        current.set(Request(method, path, headers, body or b"", params or {}) if service == "s3" else None)
        return extract(service, method, path, headers, body, params)

    def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        if service == "s3":
            service_context = {**(service_context or {}), **keys_of(iam_action, current.get())}
        return original(access_key_id, iam_action, service, region, resource_arn, service_context)

    iam_actions.extract_iam_action = extract_iam_action
    evaluator.enforce = enforce


def apply_rights() -> None:
    original = iam_actions.s3_additional_checks

    def additional_checks(method, path, headers, body, params):
        checks = original(method, path, headers, body, params)
        bucket, _, key = path.lstrip("/").partition("/")
        if key and iam_actions._s3_action(method, path, params) == "PutObject":
            arn = f"arn:aws:s3:::{bucket}/{key}"
            if headers.get(LOCK_MODE) or headers.get(LOCK_UNTIL):
                checks.append(("s3:PutObjectRetention", arn))
            if headers.get(LOCK_HOLD):
                checks.append(("s3:PutObjectLegalHold", arn))
            if headers.get("x-amz-tagging"):
                checks.append(("s3:PutObjectTagging", arn))
        return checks

    iam_actions.s3_additional_checks = additional_checks


def apply_visibility() -> None:
    original = s3.handle_request

    async def handle_request(method, path, headers, body, params, *args, **kwargs):
        response = await original(method, path, headers, body, params, *args, **kwargs)
        if method in ("GET", "HEAD") and response[1].get(LOCK_MODE) and not kwargs.get("internal"):
            caller = extract_access_key_id(headers, params)
            arn = f"arn:aws:s3:::{path.lstrip('/')}"
            if evaluator.enforce(caller, "s3:GetObjectRetention", "s3", get_region(), resource_arn=arn):
                for name in (LOCK_MODE, LOCK_UNTIL):
                    response[1].pop(name, None)
        return response

    s3.handle_request = handle_request
