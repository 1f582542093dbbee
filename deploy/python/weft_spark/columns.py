"""What WeftClassifier and WeftModel have in common."""

from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import JavaMLReadable, JavaMLReader

from weft_spark.distribution import require_jars
from weft_spark.errors import explained

JAVA_PACKAGE = "org.weft.tuning.ml."


class _Reader(JavaMLReader):
    """Of Weft's classes, which are not named after the Python module that they stand in."""

    @classmethod
    def _java_loader_class(cls, clazz):
        return JAVA_PACKAGE + clazz.__name__

    @explained
    def load(self, path):
        return super().load(path)


class Readable(JavaMLReadable):
    @classmethod
    def read(cls):
        """A reader of what was saved."""
        require_jars()
        return _Reader(cls)


class WeftColumns(Params):
    """What columns are called: the params that WeftClassifier and WeftModel have in common."""

    textCol = Param(
        Params._dummy(), "textCol", "the text: dataset.text_column", typeConverter=TypeConverters.toString
    )
    pairCol = Param(
        Params._dummy(),
        "pairCol",
        "a second text; empty for none: dataset.pair_column",
        typeConverter=TypeConverters.toString,
    )
    predictionCol = Param(
        Params._dummy(),
        "predictionCol",
        "the column that is added for what the model says",
        typeConverter=TypeConverters.toString,
    )
    probabilitiesCol = Param(
        Params._dummy(),
        "probabilitiesCol",
        "the column that is added for each label's probability",
        typeConverter=TypeConverters.toString,
    )

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._setDefault(
            textCol="text",
            pairCol="",
            predictionCol="prediction",
            probabilitiesCol="probabilities",
        )

    def getTextCol(self):
        """Gets the value of textCol or its default value."""
        return self.getOrDefault(self.textCol)

    def setTextCol(self, value):
        """Sets the value of :py:attr:`textCol`."""
        return self._set(textCol=value)

    def getPairCol(self):
        """Gets the value of pairCol or its default value."""
        return self.getOrDefault(self.pairCol)

    def setPairCol(self, value):
        """Sets the value of :py:attr:`pairCol`."""
        return self._set(pairCol=value)

    def getPredictionCol(self):
        """Gets the value of predictionCol or its default value."""
        return self.getOrDefault(self.predictionCol)

    def setPredictionCol(self, value):
        """Sets the value of :py:attr:`predictionCol`."""
        return self._set(predictionCol=value)

    def getProbabilitiesCol(self):
        """Gets the value of probabilitiesCol or its default value."""
        return self.getOrDefault(self.probabilitiesCol)

    def setProbabilitiesCol(self, value):
        """Sets the value of :py:attr:`probabilitiesCol`."""
        return self._set(probabilitiesCol=value)
