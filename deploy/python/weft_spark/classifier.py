"""org.weft.tuning.ml.WeftClassifier. Names, docs and defaults are the Java class's; PythonParamsTest compares them."""

from pyspark import keyword_only
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import JavaMLWritable
from pyspark.ml.wrapper import JavaEstimator

from weft_spark.columns import JAVA_PACKAGE, Readable, WeftColumns
from weft_spark.distribution import require_jars
from weft_spark.errors import explained
from weft_spark.model import WeftModel


class WeftClassifier(WeftColumns, JavaEstimator, Readable, JavaMLWritable):
    """Fine-tunes a pre-trained Transformer on labelled rows, with workers and servers as tasks of this Spark application.

    The param ``from`` has the name of a word of Python: as a keyword it is ``from_``, the param is ``getParam("from")``.

    >>> classifier = WeftClassifier(from_="hdfs:///weft/gpt2", runDir="hdfs:///weft/pipelines", epochs=3.0)
    >>> model = classifier.fit(rows)
    """

    runDir = Param(
        Params._dummy(),
        "runDir",
        "a directory that each fit has one of its own in",
        typeConverter=TypeConverters.toString,
    )
    task = Param(
        Params._dummy(),
        "task",
        "classification, multilabel, regression, tokens, qa: finetune.task",
        typeConverter=TypeConverters.toString,
    )
    method = Param(
        Params._dummy(),
        "method",
        "full or lora: finetune.method",
        typeConverter=TypeConverters.toString,
    )
    labelCol = Param(
        Params._dummy(),
        "labelCol",
        "the label: dataset.label_column",
        typeConverter=TypeConverters.toString,
    )
    loraRank = Param(
        Params._dummy(),
        "loraRank",
        "rank of an adapter: finetune.lora_rank",
        typeConverter=TypeConverters.toInt,
    )
    epochs = Param(
        Params._dummy(),
        "epochs",
        "times that the rows are seen: finetune.epochs",
        typeConverter=TypeConverters.toFloat,
    )
    learningRate = Param(
        Params._dummy(),
        "learningRate",
        "its peak: training.learning_rate",
        typeConverter=TypeConverters.toFloat,
    )
    batchSize = Param(
        Params._dummy(),
        "batchSize",
        "rows of one step over all workers: training.global_batch",
        typeConverter=TypeConverters.toInt,
    )
    workers = Param(
        Params._dummy(),
        "workers",
        "tasks that compute gradients: cluster.workers",
        typeConverter=TypeConverters.toInt,
    )
    servers = Param(
        Params._dummy(),
        "servers",
        "tasks that own parameters: cluster.servers",
        typeConverter=TypeConverters.toInt,
    )
    maxLength = Param(
        Params._dummy(),
        "maxLength",
        "tokens of the longest row: dataset.max_length",
        typeConverter=TypeConverters.toInt,
    )
    seed = Param(
        Params._dummy(),
        "seed",
        "run.seed",
        typeConverter=TypeConverters.toInt,
    )
    config = Param(
        Params._dummy(),
        "config",
        "any other settings: section.key=value",
        typeConverter=TypeConverters.toListString,
    )

    @keyword_only
    def __init__(
        self,
        *,
        textCol=None,
        pairCol=None,
        predictionCol=None,
        probabilitiesCol=None,
        from_=None,
        runDir=None,
        task=None,
        method=None,
        labelCol=None,
        loraRank=None,
        epochs=None,
        learningRate=None,
        batchSize=None,
        workers=None,
        servers=None,
        maxLength=None,
        seed=None,
        config=None,
    ):
        super().__init__()
        require_jars()
        self._java_obj = self._new_java_obj(JAVA_PACKAGE + "WeftClassifier", self.uid)
        self._setDefault(
            task="classification",
            method="full",
            labelCol="label",
            loraRank=8,
            epochs=3.0,
            learningRate=5e-05,
            batchSize=32,
            workers=2,
            servers=2,
            maxLength=0,
            seed=42,
            config=[],
        )
        self._setAll(self._input_kwargs)

    @keyword_only
    def setParams(
        self,
        *,
        textCol=None,
        pairCol=None,
        predictionCol=None,
        probabilitiesCol=None,
        from_=None,
        runDir=None,
        task=None,
        method=None,
        labelCol=None,
        loraRank=None,
        epochs=None,
        learningRate=None,
        batchSize=None,
        workers=None,
        servers=None,
        maxLength=None,
        seed=None,
        config=None,
    ):
        """Sets params by name; those that are None stay as they are."""
        return self._setAll(self._input_kwargs)

    def _setAll(self, given):
        return self._set(**{name.rstrip("_"): value for name, value in given.items()})

    def _create_model(self, java_model):
        model = WeftModel(java_model)
        model._transfer_params_from_java()
        return model

    @explained
    def _fit(self, dataset):
        return super()._fit(dataset)

    @explained
    def setConfig(self, key, value):
        """Sets a key of Weft's configuration that no param stands for, such as ``training.eval_every``."""
        self._transfer_params_to_java()
        self._java_obj.setConfig(key, str(value))
        return self._set(config=list(self._java_obj.getOrDefault(self._java_obj.getParam("config"))))

    def getFrom(self):
        """Gets the value of from or its default value."""
        return self.getOrDefault(self.getParam("from"))

    def setFrom(self, value):
        """Sets the value of :py:attr:`from`."""
        return self._set(**{"from": value})

    def getRunDir(self):
        """Gets the value of runDir or its default value."""
        return self.getOrDefault(self.runDir)

    def setRunDir(self, value):
        """Sets the value of :py:attr:`runDir`."""
        return self._set(runDir=value)

    def getTask(self):
        """Gets the value of task or its default value."""
        return self.getOrDefault(self.task)

    def setTask(self, value):
        """Sets the value of :py:attr:`task`."""
        return self._set(task=value)

    def getMethod(self):
        """Gets the value of method or its default value."""
        return self.getOrDefault(self.method)

    def setMethod(self, value):
        """Sets the value of :py:attr:`method`."""
        return self._set(method=value)

    def getLabelCol(self):
        """Gets the value of labelCol or its default value."""
        return self.getOrDefault(self.labelCol)

    def setLabelCol(self, value):
        """Sets the value of :py:attr:`labelCol`."""
        return self._set(labelCol=value)

    def getLoraRank(self):
        """Gets the value of loraRank or its default value."""
        return self.getOrDefault(self.loraRank)

    def setLoraRank(self, value):
        """Sets the value of :py:attr:`loraRank`."""
        return self._set(loraRank=value)

    def getEpochs(self):
        """Gets the value of epochs or its default value."""
        return self.getOrDefault(self.epochs)

    def setEpochs(self, value):
        """Sets the value of :py:attr:`epochs`."""
        return self._set(epochs=value)

    def getLearningRate(self):
        """Gets the value of learningRate or its default value."""
        return self.getOrDefault(self.learningRate)

    def setLearningRate(self, value):
        """Sets the value of :py:attr:`learningRate`."""
        return self._set(learningRate=value)

    def getBatchSize(self):
        """Gets the value of batchSize or its default value."""
        return self.getOrDefault(self.batchSize)

    def setBatchSize(self, value):
        """Sets the value of :py:attr:`batchSize`."""
        return self._set(batchSize=value)

    def getWorkers(self):
        """Gets the value of workers or its default value."""
        return self.getOrDefault(self.workers)

    def setWorkers(self, value):
        """Sets the value of :py:attr:`workers`."""
        return self._set(workers=value)

    def getServers(self):
        """Gets the value of servers or its default value."""
        return self.getOrDefault(self.servers)

    def setServers(self, value):
        """Sets the value of :py:attr:`servers`."""
        return self._set(servers=value)

    def getMaxLength(self):
        """Gets the value of maxLength or its default value."""
        return self.getOrDefault(self.maxLength)

    def setMaxLength(self, value):
        """Sets the value of :py:attr:`maxLength`."""
        return self._set(maxLength=value)

    def getSeed(self):
        """Gets the value of seed or its default value."""
        return self.getOrDefault(self.seed)

    def setSeed(self, value):
        """Sets the value of :py:attr:`seed`."""
        return self._set(seed=value)

    def getConfig(self):
        """Gets the value of config or its default value."""
        return self.getOrDefault(self.config)

# No attribute can be written with this name, and PySpark finds a param by the attribute of its name.
setattr(
    WeftClassifier,
    "from",
    Param(
        Params._dummy(),
        "from",
        "the model to fine-tune: finetune.from",
        typeConverter=TypeConverters.toString,
    ),
)
