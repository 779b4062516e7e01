"""EventBridge Scheduler: when a schedule is due, what it sends, with whose rights, and where a failure goes."""
import datetime
import json
import logging
import time
import uuid
import zoneinfo

from ministack.core.arn import parse_arn
from ministack.core.responses import request_scope
from ministack.services import eventbridge, scheduler, sqs, stepfunctions

import roles

logger = logging.getLogger("backup321.scheduler")

RIGHTS = {"states": "states:StartExecution", "lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage", "sns": "sns:Publish"}
UTC = datetime.timezone.utc


def next_due(schedule: dict, last: float) -> float | None:
    """Epoch seconds of the first occurrence after `last`, in the schedule's own time zone; None when there is none."""
    expression = schedule["ScheduleExpression"]
    zone = zoneinfo.ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")
    if expression.startswith("at("):
        moment = datetime.datetime.fromisoformat(expression[3:-1]).replace(tzinfo=zone).timestamp()
        return moment if moment > last else None
    seconds = eventbridge._parse_rate_seconds(expression)
    if seconds is not None:
        created = schedule["CreationDate"]
        return created + seconds * (int((last - created) // seconds) + 1)
    fields = eventbridge._parse_cron_fields(expression)
    local = datetime.datetime.fromtimestamp(last, zone).replace(tzinfo=UTC)
    found = eventbridge._cron_next_fire(fields, local) if fields else None
    return found.replace(tzinfo=zone).timestamp() if found else None


def _input(schedule: dict, due: float, execution_id: str) -> str:
    moment = datetime.datetime.fromtimestamp(due, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    values = {"schedule-arn": schedule["Arn"], "scheduled-time": moment, "execution-id": execution_id, "attempt-number": "1"}
    text = schedule["Target"].get("Input") or "{}"
    for name, value in values.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def _invoke(schedule: dict, text: str) -> str | None:
    """Delivers to the target with the schedule's role; returns what stood in the way."""
    target = schedule["Target"]
    service = parse_arn(target["Arn"]).service
    if service not in RIGHTS:
        return f"target {target['Arn']} is of no kind the stand-in serves"
    # The role is assumed for the group, never for one schedule.
    group = schedule["Arn"].replace(":schedule/", ":schedule-group/").rsplit("/", 1)[0]
    problem = roles.refusal(target["RoleArn"], "scheduler.amazonaws.com", (RIGHTS[service], target["Arn"]), source_arn=group)
    if problem:
        return problem
    if service == "states":
        status, _headers, body = stepfunctions._start_execution({"stateMachineArn": target["Arn"], "input": text})
        return None if status < 400 else body.decode()
    eventbridge._invoke_target({**target, "Input": text}, {"EventId": str(uuid.uuid4()), "Detail": "{}", "Time": time.time()}, schedule)
    return None


def fire(schedule: dict, due: float) -> None:
    text = _input(schedule, due, uuid.uuid4().hex)
    problem = _invoke(schedule, text)
    if problem is None:
        return
    logger.warning("schedule %s: %s", schedule["Name"], problem)
    queue = sqs._queue_by_arn((schedule["Target"].get("DeadLetterConfig") or {}).get("Arn", ""))
    if queue is not None:
        attributes = {"ERROR_MESSAGE": {"DataType": "String", "StringValue": problem}}
        sqs._act_send_message({"MessageBody": text, "MessageAttributes": attributes}, queue["url"])


def tick() -> None:
    now = time.time()
    for state_key, schedule in list(scheduler._schedules._data.items()):
        account, region, _name = state_key
        last = scheduler._schedule_last_fired.setdefault(state_key, schedule["LastModificationDate"])
        due = next_due(schedule, last)
        start, end = (scheduler._to_epoch(schedule.get(name)) for name in ("StartDate", "EndDate"))
        if due is None or now < due or schedule.get("State") != "ENABLED" or (start and now < start) or (end and now > end):
            continue
        scheduler._schedule_last_fired[state_key] = now
        with request_scope(account, region):
            fire(schedule, due)
        if schedule["ScheduleExpression"].startswith("at(") and schedule.get("ActionAfterCompletion") == "DELETE":
            scheduler._schedules._data.pop(state_key, None)


def apply() -> None:
    scheduler._tick_schedules = tick
    scheduler._SCHEDULE_TICK_INTERVAL = 0.5
