"""Who is asking: the principal's ARN in conditions, and root under a bucket policy's Deny."""
import json
from urllib.parse import parse_qs

from ministack.core import iam_actions, iam_evaluator as evaluator
from ministack.core.responses import get_account_id
from ministack.services import iam


def apply_principal() -> None:
    resolve = evaluator._resolve_condition_key

    def resolve_condition_key(key, ctx):
        if key.lower() == "aws:principalarn" and ":assumed-role/" in ctx.principal_arn:
            account, name = ctx.principal_arn.split(":")[4], evaluator._role_name_from_assumed_arn(ctx.principal_arn)
            role = iam._roles.get_scoped(account, None, name) or {}
            return role.get("Arn") or f"arn:aws:iam::{account}:role/{name}"
        return resolve(key, ctx)

    evaluator._resolve_condition_key = resolve_condition_key


def apply_metric_namespace() -> None:
    original = iam_actions.request_tag_context

    def request_context(service, iam_action, body, params):
        context = original(service, iam_action, body, params)
        if iam_action != "cloudwatch:PutMetricData":
            return context
        text = body.decode()
        data = json.loads(text) if text.startswith("{") else {k: v[0] for k, v in parse_qs(text).items()}
        return {**context, "cloudwatch:namespace": data.get("Namespace", "")}

    iam_actions.request_tag_context = request_context


def apply_resources() -> None:
    original = iam_actions.extract_resource_arn

    def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
        arn = original(service, method, path, headers, body, query_params, region, account_id)
        if service == "scheduler" and ":schedule/default/" in arn:
            group = query_params.get("groupName", "")
            group = group[0] if isinstance(group, list) else group
            return arn.replace(":schedule/default/", f":schedule/{group}/") if group else arn
        if service == "iam" and ":role/" in arn:
            role = iam._roles.get_scoped(account_id, None, arn.rsplit("/", 1)[1]) or {}
            return role.get("Arn") or arn
        return arn

    iam_actions.extract_resource_arn = extract_resource_arn


# AWS never locks the root user out of the policy itself.
ROOT_ALWAYS = {"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}


def apply_root() -> None:
    original = evaluator.enforce

    def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        denied = original(access_key_id, iam_action, service, region, resource_arn, service_context)
        if denied or service != "s3" or iam_action in ROOT_ALWAYS or not access_key_id:
            return denied
        if not evaluator.is_root_access_key(access_key_id):
            return None
        found = evaluator._resource_policy("s3", resource_arn)
        if found is None:
            return None
        account = get_account_id()
        ctx = evaluator.EvalContext(
            principal_arn=f"arn:aws:iam::{account}:root", principal_type="Root", principal_account=account,
            action=iam_action, resource_arn=resource_arn, region=region,
            service_context={key.lower(): value for key, value in (service_context or {}).items()})
        result = evaluator.evaluate_resource_policy(found[0], ctx)
        if result.decision != "Deny":
            return None
        result.principal_arn, result.resource_policy_arn = ctx.principal_arn, resource_arn
        return result

    evaluator.enforce = enforce
