"""docker-py for the stand-in's ECS, without Docker: a container is a child process with exactly the environment given.

BACKUP321_IMAGES maps a part of an image's name to the argv that stands for its ENTRYPOINT: {"backup321": ["node", "cli.js"]}.
"""
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from . import errors

IMAGES: dict[str, list[str]] = json.loads(os.environ.get("BACKUP321_IMAGES", "{}"))
BASE_VARIABLES = ("PATH", "LANG")
_containers: dict[str, "Container"] = {}


def _note_group(sign: str, group: int) -> None:
    """For whoever must end the tasks when this process was killed."""
    with open(os.environ["BACKUP321_GROUPS_FILE"], "a") as groups:
        groups.write(f"{sign}{group}\n")


def _entrypoint(image: str) -> list[str]:
    for part, argv in IMAGES.items():
        if part in image:
            return argv
    raise errors.ImageNotFound(f"image {image} is not known here; known are images with {', '.join(IMAGES) or '(none)'} in their name")


class Container:
    def __init__(self, image, command, environment, name, labels, entrypoint, stop_timeout):
        self.id = secrets.token_hex(32)
        self.short_id = self.id[:12]
        self.name = name or self.short_id
        self.labels = labels or {}
        self.stop_timeout = stop_timeout
        argv = [*(entrypoint or _entrypoint(image)), *([command] if isinstance(command, str) else command or [])]
        self.scratch = tempfile.mkdtemp(prefix="task-")
        self.log_path = f"{self.scratch}.log"
        env = {name: os.environ[name] for name in BASE_VARIABLES if name in os.environ}
        env |= {"HOME": self.scratch, "TMPDIR": self.scratch}
        env |= {str(key): str(value) for key, value in (environment or {}).items()}
        with open(self.log_path, "wb") as log:
            try:
                self.process = subprocess.Popen(argv, env=env, cwd=self.scratch, stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=subprocess.STDOUT, start_new_session=True)
            except OSError as error:
                raise errors.APIError(f"{argv[0]}: {error}") from error
        _note_group("+", self.process.pid)
        threading.Thread(target=self._sweep, daemon=True).start()
        _containers[self.id] = self

    def _sweep(self):
        self.process.wait()
        self._signal(signal.SIGKILL)  # a container's end is the end of every process in it
        _note_group("-", self.process.pid)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    @property
    def status(self):
        return "running" if self.process.poll() is None else "exited"

    @property
    def attrs(self):
        state = {"Status": self.status, "Running": self.status == "running", "ExitCode": self.process.poll() or 0}
        return {"Id": self.id, "State": state, "NetworkSettings": {"Networks": {}}, "Config": {"Labels": self.labels}}

    def reload(self):
        pass

    def wait(self, **_):
        code = self.process.wait()
        return {"StatusCode": code if code >= 0 else 128 - code}

    def stop(self, timeout=None, **_):
        """TERM at once, KILL after the container's stop time-out; returns before the process ends."""
        if self.process.poll() is None:
            self._signal(signal.SIGTERM)
            timer = threading.Timer(self.stop_timeout, self._signal, [signal.SIGKILL])
            timer.daemon = True
            timer.start()

    def remove(self, **_):
        self.stop()

    def logs(self, stream=False, follow=False, tail=None, **_):
        return self._follow(follow) if stream else open(self.log_path, "rb").read()

    def _follow(self, follow):
        """Whole lines only, so that no reader sees half a one."""
        rest = b""
        with open(self.log_path, "rb") as log:
            while True:
                ended = self.process.poll() is not None
                rest += log.read()
                lines, newline, rest = rest.rpartition(b"\n")
                if newline:
                    yield lines
                if ended or not follow:
                    if rest:
                        yield rest
                    return
                time.sleep(0.1)


class _Containers:
    def run(self, image, command=None, environment=None, name=None, labels=None, entrypoint=None, stop_timeout=30, **_):
        return Container(image, command, environment, name, labels, entrypoint, stop_timeout)

    def get(self, reference):
        for container in list(_containers.values()):
            if reference and (container.id.startswith(reference) or container.name == reference):
                return container
        raise errors.NotFound(reference)

    def list(self, all=False, filters=None, **_):
        return [c for c in list(_containers.values()) if all or c.status == "running"]


class _Images:
    def get(self, name):
        _entrypoint(name)
        return type("Image", (), {"id": name, "tag": lambda *_args, **_kwargs: True})()

    def pull(self, name, **_):
        return self.get(name)

    def get_registry_data(self, _name, **_kwargs):
        raise errors.APIError("there is no registry here")


class DockerClient:
    containers = _Containers()
    images = _Images()

    def ping(self):
        return True

    def close(self):
        pass


def from_env(**_):
    return DockerClient()
