"""Where PySpark looks when it reads a pipeline: for the stage org.weft.tuning.ml.X of Java it imports org.weft.tuning.ml."""

from weft_spark import WeftClassifier, WeftModel

__all__ = ["WeftClassifier", "WeftModel"]
