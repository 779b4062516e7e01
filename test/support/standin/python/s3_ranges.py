"""A range of a version: AWS answers 206 with these bytes, whether or not the request names the version."""
from ministack.services import s3


def apply() -> None:
    original = s3.handle_request

    async def handle_request(method, path, headers, body, params, *args, **kwargs):
        response = await original(method, path, headers, body, params, *args, **kwargs)
        status, answer_headers, content = response[:3]
        if method != "GET" or status != 200 or not headers.get("range") or not (params or {}).get("versionId"):
            return response
        found = s3._parse_range(headers["range"], len(content))
        if found is None:
            bucket, _, key = path.lstrip("/").partition("/")
            refusal = {"Content-Type": "application/xml", "Content-Range": f"bytes */{len(content)}"}
            return (416, refusal, s3._xml_body(s3._range_error_xml(bucket, key)), *response[3:])
        start, end = found
        part = content[start : end + 1]
        kept = {name: value for name, value in answer_headers.items() if not name.lower().startswith("x-amz-checksum-")}
        kept |= {"Content-Length": str(len(part)), "Content-Range": f"bytes {start}-{end}/{len(content)}"}
        return (206, kept, part, *response[3:])

    s3.handle_request = handle_request
