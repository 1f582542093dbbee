"""org.weft.tuning.ml.WeftModel, likewise."""

from pyspark import SparkContext
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import JavaMLWritable
from pyspark.ml.wrapper import JavaModel, JavaParams

from weft_spark.columns import Readable, WeftColumns
from weft_spark.distribution import require_jars
from weft_spark.errors import explained


class WeftModel(WeftColumns, JavaModel, Readable, JavaMLWritable):
    """A fine-tuned model: adds to rows what it says of each. Saved, it is whole, with its own copy of the checkpoint."""

    numericLabels = Param(
        Params._dummy(),
        "numericLabels",
        "whether the prediction is a double",
        typeConverter=TypeConverters.toBoolean,
    )

    def __init__(self, java_model=None):
        super().__init__(java_model)
        self._setDefault(numericLabels=False)

    @classmethod
    @explained
    def ofCheckpoint(cls, path):
        """A model that ``weft finetune`` made: a checkpoint, or its run directory."""
        require_jars()
        spark = SparkContext._active_spark_context
        java_class = getattr(spark._jvm.org.weft.tuning.ml, "WeftModel")
        return JavaParams._from_java(java_class.ofCheckpoint(spark._jsc.sc(), path))

    @explained
    def _transform(self, dataset):
        return super()._transform(dataset)

    def getNumericLabels(self):
        """Gets the value of numericLabels or its default value."""
        return self.getOrDefault(self.numericLabels)

    @property
    def checkpoint(self):
        """The directory of the checkpoint that predicts."""
        return self._java_obj.checkpoint()

    @property
    def labels(self):
        """In the order of the model's outputs; empty where the task has none."""
        return list(self._java_obj.labels())
