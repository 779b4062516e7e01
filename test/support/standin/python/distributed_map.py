"""Step Functions' Distributed Map: what its role must allow, how a broken list fails, and that it ends with its parent or when stopped."""
import json

from ministack.services import stepfunctions as sfn

import roles

STATES = "states.amazonaws.com"


def machine_of(execution: dict) -> str:
    """The state machine of an execution; a Map Run's executions name their label behind it."""
    return execution["stateMachineArn"].split("/")[0]


def is_over(execution: dict) -> bool:
    """Whether an execution, or the one whose Map Run it belongs to, has ended."""
    run = sfn._map_runs.get(execution.get("mapRunArn"))
    parent = sfn._executions.get(run["executionArn"]) if run else None
    return execution["status"] != "RUNNING" or (parent is not None and parent["status"] != "RUNNING")


def _require(error: str, machine: str, *needs: tuple) -> None:
    problem = roles.refusal(sfn._state_machines[machine]["roleArn"], STATES, *needs, source_arn=machine)
    if problem:
        raise sfn._ExecutionError(error, problem)


def apply() -> None:
    run_map = sfn._run_distributed_map
    read_items = sfn._read_map_items
    run_states = sfn._run_sub_machine

    def run_distributed_map(state_def, raw_input, effective, iterator, execution, ctx):
        machine = machine_of(execution)
        _require("States.Runtime", machine, ("states:StartExecution", machine))
        return run_map(state_def, raw_input, effective, iterator, execution, ctx)

    def read_map_items(reader, effective, ctx):
        if reader.get("Resource", "").endswith(":s3:getObject"):
            where = sfn._resolve_params_obj(reader.get("Parameters") or {}, effective, ctx)
            arn = f"arn:aws:s3:::{where.get('Bucket')}/{where.get('Key')}"
            _require("States.ItemReaderFailed", ctx["StateMachine"]["Id"], ("s3:GetObject", arn))
        try:
            items = read_items(reader, effective, ctx)
        except json.JSONDecodeError as error:
            raise sfn._ExecutionError("States.ItemReaderFailed", f"Unable to parse the dataset: {error}") from error
        if not isinstance(items, list):
            raise sfn._ExecutionError("States.ItemReaderFailed", "The dataset is no JSON array")
        return items

    def run_sub_machine(states, start_at, input_data, execution, ctx):
        if "mapRunArn" in execution and is_over(execution):
            raise sfn._ExecutionError("States.Aborted", "The parent execution has ended")
        output = run_states(states, start_at, input_data, execution, ctx)
        # No state catches the end of its own execution.
        if execution.get("mapRunArn") and is_over(execution):
            raise sfn._ExecutionError("States.Aborted", "The execution was stopped")
        return output

    sfn._run_distributed_map = run_distributed_map
    sfn._read_map_items = read_map_items
    sfn._run_sub_machine = run_sub_machine
