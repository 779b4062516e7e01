"""Step Functions: names, roles, errors, time-outs and ecs:runTask.sync as AWS has them."""
import contextvars
import json
import re
import threading
import time

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import ecs, stepfunctions as sfn

import distributed_map
import roles

POLL_SECONDS = 0.25
PAYLOAD_BYTES = 256 * 1024
ILLEGAL_NAME = re.compile(r"""[\s<>{}\[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]""")
# Execution and deadline of the task state that runs in this context.
_running: contextvars.ContextVar[dict | None] = contextvars.ContextVar("backup321_running_state", default=None)


def apply_names() -> None:
    start = sfn._start_execution

    def start_execution(data):
        name = data.get("name")
        if name is not None and (not 1 <= len(name) <= 80 or ILLEGAL_NAME.search(name)):
            return error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
        machine = sfn._resolve_state_machine_arn(data.get("stateMachineArn", ""))
        if name and machine:
            arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
            running = sfn._executions.get(arn)
            if running and running["status"] == "RUNNING" and running["input"] == data.get("input", "{}"):
                return sfn.json_response({"executionArn": arn, "startDate": running["startDate"]})
        return start(data)

    sfn._start_execution = start_execution


def _needs(resource: str, data: dict) -> tuple[str, list[tuple]]:
    """The error prefix AWS uses for a service integration, and the rights the machine's role needs for it."""
    if "states:::lambda:invoke" in resource:
        function = data.get("FunctionName", "")
        return "Lambda.AWSLambdaException", [("lambda:InvokeFunction", function if function.startswith("arn:") else
                f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{function}")]
    if ":ecs:runTask" in resource:
        td = ecs._task_defs.get(ecs._resolve_td_key(data.get("TaskDefinition", ""))) or {}
        needs = [("ecs:RunTask", td.get("taskDefinitionArn", data.get("TaskDefinition", "")), {
            "ecs:cluster": data.get("Cluster", "")})]
        needs += [("iam:PassRole", td[kind], {"iam:PassedToService": "ecs-tasks.amazonaws.com"})
                  for kind in ("taskRoleArn", "executionRoleArn") if td.get(kind)]
        if ".sync" in resource:
            rule = f"arn:aws:events:{get_region()}:{get_account_id()}:rule/StepFunctionsGetEventsForECSTaskRule"
            needs += [(f"events:{verb}", rule) for verb in ("PutTargets", "PutRule", "DescribeRule")]
        return "ECS.AccessDeniedException", needs
    if "startExecution" in resource:
        error = "Sfn.SfnException" if "aws-sdk:" in resource else "StepFunctions.AccessDeniedException"
        return error, [("states:StartExecution", data.get("StateMachineArn", ""))]
    if ":sns:publish" in resource and data.get("TopicArn"):
        return "SNS.AuthorizationErrorException", [("sns:Publish", data["TopicArn"])]
    return "", []


def apply_role() -> None:
    execute = sfn._execute_task
    invoke = sfn._invoke_resource

    def execute_task(state_def, raw_input, execution, ctx):
        seconds = state_def.get("TimeoutSeconds")
        token = _running.set({"execution": execution, "deadline": time.time() + seconds if seconds else None})
        try:
            return execute(state_def, raw_input, execution, ctx)
        finally:
            _running.reset(token)

    def invoke_resource(resource, input_data):
        error, needs = _needs(resource, input_data if isinstance(input_data, dict) else {})
        running = _running.get()
        if needs and running:
            machine = distributed_map.machine_of(running["execution"])
            problem = roles.refusal(sfn._state_machines[machine]["roleArn"], "states.amazonaws.com", *needs, source_arn=machine)
            if problem:
                raise sfn._ExecutionError(error, problem)
        return invoke(resource, input_data)

    sfn._execute_task = execute_task
    sfn._invoke_resource = invoke_resource


def _pascal(value):
    if isinstance(value, list):
        return [_pascal(item) for item in value]
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: _pascal(item) for key, item in value.items()}
    return value


def apply_run_task() -> None:
    def poll(cluster, task_arns):
        running = _running.get() or {}
        deadline, execution = running.get("deadline"), running.get("execution")
        stopping = False
        while True:
            time.sleep(POLL_SECONDS)
            described = json.loads(ecs._describe_tasks({"cluster": cluster, "tasks": task_arns})[2])["tasks"]
            if all(task["lastStatus"] == "STOPPED" for task in described):
                break
            over = (deadline and time.time() > deadline) or (execution and distributed_map.is_over(execution))
            if over and not stopping:
                stopping = True
                for arn in task_arns:
                    ecs._stop_task({"cluster": cluster, "task": arn, "reason": "Task stopped by Step Functions"})
        task = described[0]
        clean = task.get("stopCode") == "EssentialContainerExited" and all(c.get("exitCode") == 0 for c in task["containers"])
        if not clean:
            raise sfn._ExecutionError("States.TaskFailed", json.dumps(_pascal(task)))
        return _pascal(task)

    sfn._poll_ecs_tasks = poll


def apply_errors() -> None:
    nested = sfn._invoke_nested_start_execution
    prefix = sfn._prefix_sdk_error

    def nested_start(resource, input_data):
        try:
            return nested(resource, input_data)
        except sfn._ExecutionError as error:
            if "." not in error.error:
                suffix = "" if error.error.endswith("Exception") else "Exception"
                error.error = f"StepFunctions.{error.error}{suffix}"
            raise

    def prefix_sdk_error(service_name, error_code):
        if service_name == "sfn" and "." not in error_code and not error_code.endswith("Exception"):
            error_code += "Exception"
        return prefix(service_name, error_code)

    sfn._invoke_nested_start_execution = nested_start
    sfn._prefix_sdk_error = prefix_sdk_error


def apply_timeout() -> None:
    run = sfn._run_execution

    def run_execution(exec_arn):
        execution = sfn._executions.get(exec_arn) or {}
        machine = sfn._state_machines.get(execution.get("stateMachineArn"))
        seconds = json.loads(machine["definition"]).get("TimeoutSeconds") if machine else None

        def end():
            if execution["status"] == "RUNNING":
                execution.update(status="TIMED_OUT", stopDate=sfn.now_iso(), error="States.Timeout")
                sfn._add_event(execution, "ExecutionTimedOut", {})
                sfn._emit_execution_status_event(execution)

        if seconds:
            timer = threading.Timer(seconds, contextvars.copy_context().run, [end])
            timer.daemon = True
            timer.start()
        run(exec_arn)

    sfn._run_execution = run_execution


def apply_payload() -> None:
    def limited(execute):
        def execute_state(state_def, *rest):
            output, following = execute(state_def, *rest)
            size = len(json.dumps(output, separators=(",", ":")).encode())
            if size > PAYLOAD_BYTES:
                raise sfn._ExecutionError("States.DataLimitExceeded", f"The output has {size} bytes, {PAYLOAD_BYTES} are allowed")
            return output, following

        return execute_state

    for name in ("_execute_pass", "_execute_task", "_execute_map"):
        setattr(sfn, name, limited(getattr(sfn, name)))
