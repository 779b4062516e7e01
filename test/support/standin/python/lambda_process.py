"""The process of a Lambda function: its own environment and nothing of the stand-in's; Node starts with the preload, if any."""
import os
import subprocess
import threading
import types

from ministack.core import lambda_runtime

from ecs_tasks import endpoint_variables

KEPT = ("PATH", "LANG", "HOME", "TMPDIR", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_REGION", "AWS_DEFAULT_REGION", "NODE_PATH", "LAMBDA_TASK_ROOT")
KEPT_PREFIXES = ("AWS_LAMBDA_", "_LAMBDA_")
_spawning = threading.local()


def _popen(argv, **options):
    declared = getattr(_spawning, "declared", {})
    env = {name: value for name, value in options["env"].items()
           if name in KEPT or name.startswith(KEPT_PREFIXES) or name in declared}
    env = {**endpoint_variables(), **env}
    preload = os.environ.get("BACKUP321_LAMBDA_PRELOAD")
    if preload and argv[0] == "node":
        env["NODE_OPTIONS"] = f"{env.get('NODE_OPTIONS', '')} --require {preload}".strip()
        env["BACKUP321_CLOCK_FILE"] = os.environ["BACKUP321_CLOCK_FILE"]
    return subprocess.Popen(argv, **{**options, "env": env})


def apply() -> None:
    spawn = lambda_runtime.Worker._spawn
    lambda_runtime.subprocess = types.SimpleNamespace(**{**vars(subprocess), "Popen": _popen})

    def worker_spawn(worker):
        _spawning.declared = (worker.config.get("Environment") or {}).get("Variables") or {}
        return spawn(worker)

    lambda_runtime.Worker._spawn = worker_spawn
