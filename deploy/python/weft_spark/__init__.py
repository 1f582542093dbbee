"""Weft's fine-tuning as stages of a pyspark.ml Pipeline: WeftClassifier, an Estimator, and WeftModel, what it becomes."""

from weft_spark.distribution import builder, configuration
from weft_spark.errors import WeftError
from weft_spark.classifier import WeftClassifier
from weft_spark.model import WeftModel

__all__ = ["WeftClassifier", "WeftError", "WeftModel", "builder", "configuration"]
