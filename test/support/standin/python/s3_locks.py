"""Object Lock on writes: lock headers are judged, and multipart uploads get their lock."""
import datetime
import re

from ministack.core import iam_evaluator as evaluator
from ministack.services import s3

from s3_conditions import LOCK_MODE, LOCK_UNTIL


def _past(until: str) -> bool:
    end = evaluator._parse_date(until)
    return end is None or end <= datetime.datetime.now(datetime.timezone.utc)


def apply_validation() -> None:
    header_error = s3._object_lock_header_error
    put_retention = s3._put_object_retention

    def object_lock_header_error(bucket_name, headers):
        mode, until = headers.get(LOCK_MODE), headers.get(LOCK_UNTIL)
        if bool(mode) != bool(until):
            return s3._error("InvalidArgument", f"{LOCK_UNTIL} and {LOCK_MODE} must both be supplied", 400)
        if mode and mode not in ("GOVERNANCE", "COMPLIANCE"):
            return s3._error("InvalidArgument", "Unknown wormMode directive.", 400)
        if until and _past(until):
            return s3._error("InvalidArgument", "The retain until date must be in the future!", 400)
        return header_error(bucket_name, headers)

    def put_object_retention(bucket_name, key, body, headers, query_params=None):
        until = re.search(rb"<RetainUntilDate>([^<]+)<", body or b"")
        if until and _past(until[1].decode()):
            return s3._error("InvalidArgument", "The retain until date must be in the future!", 400)
        return put_retention(bucket_name, key, body, headers, query_params)

    s3._object_lock_header_error = object_lock_header_error
    s3._put_object_retention = put_object_retention


def apply_multipart() -> None:
    create = s3._create_multipart_upload
    complete = s3._complete_multipart_upload

    def create_multipart_upload(bucket_name, key, headers):
        response = create(bucket_name, key, headers)
        if response[0] == 200:
            upload_id = re.search(rb"<UploadId>([^<]+)<", response[2])[1].decode()
            s3._multipart_uploads[upload_id]["lock_headers"] = {h: headers[h] for h in s3._OBJECT_LOCK_HEADERS if headers.get(h)}
        return response

    def complete_multipart_upload(bucket_name, key, body, query_params, headers=None):
        # A repeated completion finds no upload any more and must not lock the version anew.
        upload = s3._multipart_uploads.get(s3._qp(query_params, "uploadId"))
        response = complete(bucket_name, key, body, query_params, headers)
        if upload is not None and response[0] == 200:
            version_id = s3._buckets[bucket_name]["objects"][key].get("version_id")
            s3._apply_object_lock_from_headers(bucket_name, key, upload["lock_headers"], version_id)
        return response

    s3._create_multipart_upload = create_multipart_upload
    s3._complete_multipart_upload = complete_multipart_upload
