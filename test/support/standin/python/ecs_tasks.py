"""ECS tasks: what their process gets, what their execution role must allow, how they stop."""
import copy
import os
import re
import socket

from ministack.core.responses import get_account_id, get_region
from ministack.services import ecs

import roles

TASKS = "ecs-tasks.amazonaws.com"
# What the stand-in puts in besides; its credentials endpoint knows no task role.
INJECTED = ("ECS_CONTAINER_METADATA_URI_V4", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN")


def endpoint_variables() -> dict[str, str]:
    """How a process on this machine reaches the stand-in, in standard variables only."""
    names = ("NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE")
    scheme = "https" if os.environ.get("USE_SSL") == "1" else "http"
    return {"AWS_ENDPOINT_URL": f"{scheme}://127.0.0.1:{os.environ['GATEWAY_PORT']}",
            **{name: os.environ[name] for name in names if name in os.environ}}


def _role_of(task_arn: str, td: dict, kind: str) -> str:
    task = ecs._tasks.get(task_arn) or {}
    return (task.get("overrides") or {}).get(kind) or td.get(kind) or ""


def apply_environment() -> None:
    register = ecs._register_metadata
    build = ecs._build_run_kwargs

    def register_metadata(task_arn, cluster_arn, td, cdef, launch_type, env, *rest):
        token = register(task_arn, cluster_arn, td, cdef, launch_type, env, *rest)
        for name in INJECTED:
            env.pop(name, None)
        env |= {"AWS_REGION": get_region(), "AWS_DEFAULT_REGION": get_region(), **endpoint_variables()}
        role = _role_of(task_arn, td, "taskRoleArn")
        if role:
            problem = roles.refusal(role, TASKS, source_arn=task_arn)
            if problem:
                raise RuntimeError(problem)
            env |= roles.credentials(role, task_arn.rsplit("/", 1)[-1])
        return token

    def build_run_kwargs(cdef, *rest):
        return {**build(cdef, *rest), "entrypoint": cdef.get("entryPoint"), "stop_timeout": cdef.get("stopTimeout", 30)}

    ecs._register_metadata = register_metadata
    ecs._build_run_kwargs = build_run_kwargs


def _execution_needs(td: dict) -> list[tuple[str, str]]:
    needs = []
    for cdef in td.get("containerDefinitions", []):
        for secret in cdef.get("secrets", []):
            source = secret.get("valueFrom", "")
            if ":secretsmanager:" in source:
                needs.append(("secretsmanager:GetSecretValue", ":".join(source.split(":")[:7])))
        log = cdef.get("logConfiguration") or {}
        if log.get("logDriver") == "awslogs":
            options = log.get("options") or {}
            region = options.get("awslogs-region") or get_region()
            group = f"arn:aws:logs:{region}:{get_account_id()}:log-group:{options.get('awslogs-group', '')}:log-stream:"
            needs += [("logs:CreateLogStream", f"{group}*"), ("logs:PutLogEvents", f"{group}*")]
    return needs


def apply_execution_role() -> None:
    start = ecs._start_task_worker

    def start_task_worker(task, td, container_overrides, docker_client):
        needs = _execution_needs(td)
        role = _role_of(task["taskArn"], td, "executionRoleArn")
        problem = roles.refusal(role, TASKS, *needs, source_arn=task["taskArn"]) if needs else None
        if problem:
            raise ecs._SecretResolutionError(problem)
        start(task, td, container_overrides, docker_client)

    ecs._start_task_worker = start_task_worker


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def apply_network() -> None:
    """Moves the ports at which the containers of one task meet (`port=5432` in a command) to free ones, in commands and environment."""
    start = ecs._start_task_worker

    def start_task_worker(task, td, container_overrides, docker_client):
        words = [word for cdef in td.get("containerDefinitions", []) for word in cdef.get("command") or []]
        moved = {port: _free_port() for word in words for port in re.findall(r"^port=(\d+)$", word)}
        own = copy.deepcopy(td)
        for cdef in own.get("containerDefinitions", []):
            cdef["command"] = [f"port={moved[word[5:]]}" if word[:5] == "port=" else word for word in cdef.get("command") or []]
            for variable in cdef.get("environment", []):
                variable["value"] = moved.get(variable["value"], variable["value"])
        start(task, own, container_overrides, docker_client)

    ecs._start_task_worker = start_task_worker


def apply_stop() -> None:
    stop = ecs._stop_task
    mark = ecs._mark_task_stopped

    def stop_task(data):
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        task = ecs._resolve_task(data.get("task", ""), cluster) if cluster else None
        if not task or task["lastStatus"] != "RUNNING" or not task.get("_docker_ids"):
            return stop(data)
        task["_stop_reason"] = data.get("reason", "Task stopped by user")
        for container_id in task["_docker_ids"]:
            ecs._get_docker().containers.get(container_id).stop()
        return ecs.json_response({"task": {**ecs._sanitize(task), "desiredStatus": "STOPPED"}})

    def mark_task_stopped(task_arn, task, reason, stop_code, exit_code=None):
        asked = task.pop("_stop_reason", None)
        if asked is not None:
            reason, stop_code = asked, "UserInitiated"
        return mark(task_arn, task, reason, stop_code, exit_code)

    ecs._stop_task = ecs._ACTION_MAP["StopTask"] = stop_task
    ecs._mark_task_stopped = mark_task_stopped
