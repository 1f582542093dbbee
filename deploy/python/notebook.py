"""The cells of a notebook, as a script: a model that Weft pre-trained learns to tell two kinds of text apart, in a Pipeline
with Spark's own stages; saved, loaded, and used again.

    python notebook.py --home DISTRIBUTION --pretrained RUN --work DIR [--rows FILE.jsonl]

DISTRIBUTION is an unpacked Weft, RUN a run of `weft pretrain` (or a Hugging Face directory), FILE has objects of text and label.
"""

import argparse
import json
import random

# %% Where things are
options = argparse.ArgumentParser()
options.add_argument("--home", required=True)
options.add_argument("--pretrained", required=True)
options.add_argument("--work", required=True)
options.add_argument("--rows")
options.add_argument("--master", default="local[4]")
here = options.parse_args()

# %% A session that has Weft
import pyspark
import weft_spark

spark = (
    weft_spark.builder(here.home)
    .master(here.master)
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

# %% Rows: yours, or some that are easy to tell apart
if here.rows:
    rows = spark.read.json(here.rows).withColumnRenamed("text", "body").withColumnRenamed("label", "kind")
else:
    dice = random.Random(1)
    words = {"good": "fine great lovely kind".split(), "bad": "awful broken cold rude".split()}
    made = [
        (" ".join(dice.choice(words[kind] + ["the", "A", "of"]) for _ in range(12)), kind)
        for kind in ("good", "bad") * 80
    ]
    rows = spark.createDataFrame(made, ["body", "kind"])
rows = rows.coalesce(2).cache()

# %% A pipeline of Spark's stages and Weft's
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import IndexToString, SQLTransformer, StringIndexer
from weft_spark import WeftClassifier, WeftError, WeftModel

labels = StringIndexer(inputCol="kind", outputCol="label").fit(rows)
classifier = (
    WeftClassifier(from_=here.pretrained, runDir=here.work + "/runs", epochs=6.0, learningRate=5e-3)
    .setWorkers(2)
    .setServers(1)
    .setBatchSize(16)
    .setProbabilitiesCol("by_label")
    .setConfig("training.warmup_steps", 4)
    .setConfig("cluster.device", "cpu")
)
print(classifier.explainParams())
pipeline = Pipeline(
    stages=[
        SQLTransformer(statement="SELECT *, lower(body) AS text FROM __THIS__"),
        labels,
        classifier,
        IndexToString(inputCol="prediction", outputCol="said", labels=labels.labels),
    ]
)

# %% Fit, transform, evaluate
model = pipeline.fit(rows)
predicted = model.transform(rows)
accuracy = MulticlassClassificationEvaluator(metricName="accuracy").evaluate(predicted)
stage = model.stages[2]
assert isinstance(stage, WeftModel), stage
assert stage.getNumericLabels() and stage.labels == ["0", "1"], stage.labels
assert stage.getProbabilitiesCol() == "by_label"
before = predicted.select("body", "said", "by_label").toJSON().collect()
predicted.select("body", "kind", "said").show(5)

# %% Save, load, the same words
model.write().overwrite().save(here.work + "/saved")
loaded = PipelineModel.load(here.work + "/saved")
assert isinstance(loaded.stages[2], WeftModel) and loaded.stages[2].uid == stage.uid
after = loaded.transform(rows).select("body", "said", "by_label").toJSON().collect()
assert after == before

# %% Each stage alone
stage.write().overwrite().save(here.work + "/stage")
alone = WeftModel.load(here.work + "/stage").setTextCol("body").setPredictionCol("verdict")
assert alone.transform(rows).where("verdict IS NOT NULL").count() == rows.count()
assert WeftModel.ofCheckpoint(stage.checkpoint).labels == ["0", "1"]
pipeline.write().overwrite().save(here.work + "/pipeline")
again = Pipeline.load(here.work + "/pipeline").getStages()[2]
assert isinstance(again, WeftClassifier)
for param in classifier.params:
    assert again.getOrDefault(param.name) == classifier.getOrDefault(param.name), param.name

# %% What cannot be fitted is said in one line
for wrong in (classifier.copy({classifier.workers: 99}), WeftClassifier(from_=here.pretrained)):
    try:
        wrong.fit(labels.transform(rows.withColumnRenamed("body", "text")))
        raise AssertionError("fitted")
    except WeftError as refused:
        print("refused:", str(refused).replace("\n", "; "))

print(json.dumps({"pyspark": pyspark.__version__, "rows": rows.count(), "accuracy": accuracy}))
spark.stop()
