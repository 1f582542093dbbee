package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.StringIndexerModel;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.tuning.ml.WeftClassifier;
import org.weft.tuning.ml.WeftModel;

/** A classifier as a stage among Spark ML's own: fitted, used, saved, its run thrown away, loaded and used again. */
class SparkMlIT {
    @TempDir
    static Path temporary;

    private static RunFolder pretrained;
    private static SparkSession spark;
    private static Dataset<Row> rows;

    @BeforeAll
    static void pretrain() throws IOException {
        pretrained =
                RunFolder.create(temporary.resolve("base"), RunFolder.SMALL).prepared();
        pretrained.pretrain().done();
        spark = SparkSession.builder()
                .master("local[4]")
                .appName("ml")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "2")
                .getOrCreate();
        Path file = Files.writeString(temporary.resolve("rows.jsonl"), LabelledRows.jsonl(160, 1));
        rows = spark.read()
                .json(RunFolder.uri(file))
                .withColumnRenamed("text", "body")
                .withColumnRenamed("label", "kind")
                .withColumn("id", functions.monotonically_increasing_id());
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static WeftClassifier classifier(String runs) {
        return new WeftClassifier()
                .setFrom(RunFolder.uri(pretrained.dir()))
                .setRunDir(RunFolder.uri(temporary.resolve(runs)))
                .setWorkers(2)
                .setServers(1)
                .setEpochs(6)
                .setLearningRate(5e-3)
                .setBatchSize(16)
                .setConfig("training.warmup_steps", "4")
                .setConfig("cluster.device", "cpu");
    }

    @Test
    void standsInAPipelineAndIsWholeWhenSaved() throws IOException {
        StringIndexerModel labels = new StringIndexer()
                .setInputCol("kind")
                .setOutputCol("label")
                .setStringOrderType("alphabetDesc")
                .fit(rows);
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {
            new SQLTransformer().setStatement("SELECT *, lower(body) AS text FROM __THIS__"),
            labels,
            classifier("runs").setProbabilitiesCol("by_label"),
            new IndexToString().setInputCol("prediction").setOutputCol("said").setLabels(labels.labelsArray()[0])
        });
        PipelineModel model = pipeline.fit(rows);
        Dataset<Row> predicted = model.transform(rows);
        List<String> before = said(predicted);

        assertThat(before).hasSize(160);
        long right = predicted.where("said = kind").count();
        assertThat(right).isGreaterThan(140);
        double accuracy = new MulticlassClassificationEvaluator()
                .setMetricName("accuracy")
                .evaluate(predicted);
        assertThat(accuracy).isEqualTo(right / 160.0);
        WeftModel stage = (WeftModel) model.stages()[2];
        assertThat(stage.labels()).containsExactly("0", "1");
        assertThat(stage.parent().uid()).isEqualTo(pipeline.getStages()[2].uid());

        Path saved = temporary.resolve("saved");
        model.write().overwrite().save(RunFolder.uri(saved));
        FileUtils.deleteDirectory(temporary.resolve("runs").toFile());
        PipelineModel loaded = PipelineModel.load(RunFolder.uri(saved));
        assertThat(said(loaded.transform(rows))).isEqualTo(before);
        assertThat(((WeftModel) loaded.stages()[2]).uid()).isEqualTo(stage.uid());

        namedAsInTheFirstVersion(saved);
        PipelineModel old = PipelineModel.load(RunFolder.uri(saved));
        assertThat(said(old.transform(rows))).isEqualTo(before);

        Dataset<Row> renamed = rows.withColumnRenamed("body", "message");
        WeftModel alone = ((WeftModel) loaded.stages()[2]).setTextCol("message").setPredictionCol("verdict");
        assertThat(alone.transform(renamed).select("verdict").count()).isEqualTo(160);
    }

    /** What was saved names its stages by the packages that they had in 0.1.0. */
    private static void namedAsInTheFirstVersion(Path saved) throws IOException {
        try (Stream<Path> files = Files.walk(saved)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.getParent().endsWith("metadata")
                        && file.getFileName().toString().startsWith("part-")) {
                    String metadata = Files.readString(file);
                    Files.writeString(file, metadata.replace("org.weft.tuning.ml.", "org.weft.trainer.ml."));
                    Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
                }
            }
        }
    }

    private static List<String> said(Dataset<Row> predicted) {
        return predicted.orderBy("id").select("id", "said", "by_label").toJSON().collectAsList();
    }

    @Test
    void theSameFitIsFoundFinishedAndAnotherGoesElsewhere() throws IOException {
        Dataset<Row> labelled = rows.withColumnRenamed("body", "text").withColumnRenamed("kind", "label");
        WeftClassifier first = classifier("again").setEpochs(1);
        WeftModel once = first.fit(labelled);
        WeftModel again = classifier("again").setEpochs(1).setWorkers(1).fit(labelled.repartition(3));
        assertThat(again.checkpoint()).isEqualTo(once.checkpoint());
        WeftModel other = first.fit(labelled, first.seed().w(7));
        assertThat(other.checkpoint()).isNotEqualTo(once.checkpoint());
        try (Stream<Path> found = Files.list(temporary.resolve("again"))) {
            assertThat(found.map(path -> path.getFileName().toString().replaceFirst("-.*", "")))
                    .containsExactlyInAnyOrder("fit", "fit", "rows");
        }
        assertThat(once.transform(labelled)
                        .schema()
                        .apply("prediction")
                        .dataType()
                        .simpleString())
                .isEqualTo("string");

        WeftModel direct = WeftModel.ofCheckpoint(spark.sparkContext(), once.checkpoint());
        assertThat(direct.labels()).containsExactly("bad", "good");

        Path saved = temporary.resolve("estimator");
        first.save(RunFolder.uri(saved));
        namedAsInTheFirstVersion(saved);
        WeftClassifier loaded = WeftClassifier.load(RunFolder.uri(saved));
        for (Param<?> param : first.params()) {
            assertThat(loaded.getOrDefault(loaded.getParam(param.name())))
                    .as(param.name())
                    .isEqualTo(first.getOrDefault(param));
        }
    }

    @Test
    void whatCannotBeFittedIsSaidBeforeAnythingRuns() {
        Dataset<Row> labelled = rows.withColumnRenamed("body", "text").withColumnRenamed("kind", "label");
        assertThatThrownBy(() -> new WeftClassifier().setFrom("x").fit(labelled))
                .isInstanceOf(WeftException.class)
                .hasMessage("runDir is not set");
        assertThatThrownBy(() -> classifier("refused").setTask("instruction").fit(labelled))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("predicts tokens");
        assertThatThrownBy(() -> classifier("refused").setWorkers(9).fit(labelled))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("too few slots");
        assertThatThrownBy(() -> classifier("refused").fit(labelled.withColumn("label", functions.lit("good"))))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("of one class");
        assertThatThrownBy(() -> WeftModel.ofCheckpoint(spark.sparkContext(), RunFolder.uri(pretrained.dir())))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("predicts tokens, not labels");
    }
}
