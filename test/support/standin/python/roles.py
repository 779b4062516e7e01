"""What AWS asks before one of its services acts with a role: may it assume the role, and what may the role do?"""
import json
import secrets

from ministack.core import iam_evaluator as evaluator
from ministack.core.responses import get_region, request_scope
from ministack.services import iam, s3, sts


def parts(role_arn: str) -> tuple[str, str]:
    """Account and name of a role ARN."""
    fields = role_arn.split(":")
    return fields[4], fields[5].rsplit("/", 1)[-1]


def find(role_arn: str):
    if ":role/" not in role_arn:
        return None
    account, name = parts(role_arn)
    return iam._roles.get_scoped(account, None, name)


def context(role_arn: str, action: str, resource: str, region: str, keys: dict | None, session: str):
    account, name = parts(role_arn)
    return evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=region,
        source_ip="127.0.0.1",
        secure_transport=True,
        service_context={key.lower(): value for key, value in (keys or {}).items()},
    )


def _policy_of(action: str, resource: str, account: str, region: str):
    """A resource's own policy and owner. The stand-in looks only at the caller's account, where another's has none."""
    fields = resource.split(":")
    owner = s3._bucket_owner_account(fields[5].split("/")[0]) if fields[2:3] == ["s3"] else fields[4] if len(fields) > 4 else ""
    with request_scope(owner or account, region):
        return evaluator._resource_policy(action.split(":")[0], resource)


def refusal(role_arn: str, service: str, *needs: tuple, source_arn: str = "", session: str = "service") -> str | None:
    """Why `service` can't do `needs` (action, resource, keys?) with the role, in AWS's words; None when it can."""
    role = find(role_arn)
    if role is None:
        return f"The role {role_arn or '(none)'} cannot be found"
    if not _trusted(role, role_arn, service, source_arn):
        return f"{service} is not authorized to assume role {role_arn}"
    account, name = parts(role_arn)
    for action, resource, *keys in needs:
        fields = resource.split(":")
        region = fields[3] if len(fields) > 3 and fields[3] else get_region()
        with request_scope(account, region):
            ctx = context(role_arn, action, resource, region, keys[0] if keys else None, session)
            limits = evaluator._permissions_boundary(iam._roles, name, account)
            result = evaluator.evaluate(ctx, evaluator._gather_role_policies(name, account), *limits)
            owner = _policy_of(action, resource, account, region)
            if owner is not None:
                result = evaluator.combine_resource_policy(
                    result, ctx, *owner, required=action.startswith("kms:"), limits=limits)
        if result.decision != "Allow":
            return f"User: {ctx.principal_arn} is not authorized to perform: {action} on resource: {resource}"
    return None


def _trusted(role: dict, role_arn: str, service: str, source_arn: str) -> bool:
    document = role.get("AssumeRolePolicyDocument") or {}
    document = json.loads(document) if isinstance(document, str) else document
    statements = document.get("Statement", [])
    account, _name = parts(role_arn)
    ctx = context(role_arn, "sts:AssumeRole", role_arn, get_region(),
                  {"aws:SourceAccount": account, "aws:SourceArn": source_arn or None}, service)
    trusted = False
    for statement in [statements] if isinstance(statements, dict) else statements:
        actions = statement.get("Action", [])
        if (evaluator._service_principal_matches(statement.get("Principal"), service)
                and evaluator._action_matches("sts:AssumeRole", [actions] if isinstance(actions, str) else actions, [])
                and evaluator._conditions_met(statement.get("Condition", {}), ctx)):
            if statement.get("Effect") != "Allow":
                return False
            trusted = True
    return trusted


def credentials(role_arn: str, session: str) -> dict[str, str]:
    """Temporary credentials of the role, as the environment variables every SDK reads."""
    account, name = parts(role_arn)
    key, secret, token = f"ASIA{secrets.token_hex(8).upper()}", secrets.token_hex(20), secrets.token_hex(64)
    sts.register_session(key, {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "UserId": f"{(find(role_arn) or {}).get('RoleId', name)}:{session}",
        "SecretAccessKey": secret,
        "SessionToken": token,
    })
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}
