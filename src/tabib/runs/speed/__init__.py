"""Measuring how fast a trained run predicts, by which means, and what memory it takes."""

from tabib.records.speed import SpeedMeasurement, read_speed
from tabib.runs.speed.measure import measure_run
from tabib.runs.speed.settings import SpeedSettings

__all__ = ["SpeedMeasurement", "SpeedSettings", "measure_run", "read_speed"]
