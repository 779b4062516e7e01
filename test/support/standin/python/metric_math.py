"""Alarms on metric math: the sum of several metrics, with or without a number for periods that have no data."""
import re

from ministack.services import cloudwatch

SUM = re.compile(r"^SUM\((?:METRICS\(\)|FILL\(METRICS\(\),\s*(-?\d+(?:\.\d+)?)\))\)$")


def expression_of(alarm: dict) -> dict | None:
    """The query whose result the alarm watches; None for an alarm on one metric."""
    queries = alarm.get("Metrics") or []
    return next((query for query in queries if query.get("Expression") and query.get("ReturnData", True)), None)


def total(expression: str, values: list[float | None]) -> float | None:
    """What the expression gives for one period's values, None where a metric has no data."""
    match = SUM.match(expression)
    filled = [float(match[1]) if value is None and match[1] else value for value in values]
    known = [value for value in filled if value is not None]
    return sum(known) if known else None


def metrics_of(alarm: dict) -> list[dict]:
    """The metrics as alarms of their own, to be looked up like any."""
    stats = [query["MetricStat"] for query in alarm["Metrics"] if query.get("MetricStat")]
    return [{**stat["Metric"], "Statistic": stat["Stat"], "Period": int(stat["Period"]),
             "EvaluationPeriods": alarm["EvaluationPeriods"]} for stat in stats]


def apply() -> None:
    put = cloudwatch._put_metric_alarm

    def put_metric_alarm(params, cbor_data, is_cbor, is_json=False):
        queries = (cbor_data or {}).get("Metrics")
        if queries:
            watched = expression_of({"Metrics": queries})
            if watched is None or not SUM.match(watched["Expression"]):
                text = "The stand-in knows SUM(METRICS()) and SUM(FILL(METRICS(), n)) alone"
                return cloudwatch._error("ValidationError", text, 400, use_json=is_json, use_cbor=is_cbor)
        answer = put(params, cbor_data, is_cbor, is_json)
        if queries and answer[0] < 400:
            cloudwatch._alarms[cbor_data["AlarmName"]]["Metrics"] = queries
        return answer

    cloudwatch._put_metric_alarm = put_metric_alarm
