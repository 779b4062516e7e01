"""Metric alarms: their own dimensions, one value per period, M of N, missing data, and a clock of their own."""
import logging
import threading
import time

from ministack.core.responses import request_scope
from ministack.services import cloudwatch

import metric_math

logger = logging.getLogger("backup321.alarms")

EVALUATION_SECONDS = 1.0
_one_at_a_time = threading.Lock()  # requests and the watch both evaluate; a change must notify once
COMPARE = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def period_values(alarm: dict, now: float) -> list[float | None]:
    """The alarm's statistic in each evaluation period, newest first; None where there is no data."""
    watched = metric_math.expression_of(alarm)
    if watched:
        series = [period_values(metric, now) for metric in metric_math.metrics_of(alarm)]
        return [metric_math.total(watched["Expression"], list(values)) for values in zip(*series)]
    dimensions = {d["Name"]: d["Value"] for d in alarm.get("Dimensions") or []}
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    points = cloudwatch._metrics.get(key) or []
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    values = []
    for index in range(alarm["EvaluationPeriods"]):
        end = now - index * alarm["Period"]
        within = [p for p in points if end - alarm["Period"] < p["Timestamp"] <= end]
        values.append(cloudwatch._stat_value(cloudwatch._calc_stats(within), statistic, within) if within else None)
    return values


def state_of(alarm: dict, values: list[float | None]) -> str:
    """AWS's table: how many periods breach, with missing ones treated as the alarm says."""
    treat = alarm.get("TreatMissingData") or "missing"
    if all(value is None for value in values) and treat in ("missing", "ignore"):
        return "INSUFFICIENT_DATA" if treat == "missing" else alarm["StateValue"]
    compare = COMPARE[alarm["ComparisonOperator"]]
    breaching = [compare(value, alarm["Threshold"]) if value is not None else treat == "breaching" for value in values]
    return "ALARM" if sum(breaching) >= (alarm.get("DatapointsToAlarm") or len(values)) else "OK"


def evaluate(alarm: dict) -> None:
    if not (alarm.get("Namespace") or metric_math.expression_of(alarm)) or alarm.get("ComparisonOperator") not in COMPARE:
        return
    with _one_at_a_time:
        _evaluate(alarm)


def _evaluate(alarm: dict) -> None:
    values = period_values(alarm, time.time())
    old, new = alarm["StateValue"], state_of(alarm, values)
    if new == old:
        return
    shown = ", ".join("no data" if value is None else f"{value:g}" for value in values)
    reason = f"Threshold Crossed: [{shown}] against {alarm['ComparisonOperator']} {alarm['Threshold']:g}"
    alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
    cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _watch() -> None:
    while True:
        time.sleep(EVALUATION_SECONDS)
        for (account, region, name), alarm in list(cloudwatch._alarms._data.items()):
            try:
                with request_scope(account, region):
                    evaluate(alarm)
            except Exception:
                logger.exception("alarm %s", name)


def apply() -> None:
    cloudwatch._evaluate_alarm = evaluate
    threading.Thread(target=_watch, daemon=True).start()
