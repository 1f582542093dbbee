"""Where stages stood in 0.1.0: pipelines that were saved then name them so."""

from weft_spark import WeftClassifier, WeftModel

__all__ = ["WeftClassifier", "WeftModel"]
