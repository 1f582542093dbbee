package org.weft.tuning.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.finetune.FinetuneSettings;

/** What params say to the configuration and to the columns, before anything runs. */
class WeftClassifierTest {
    private static final StructType ROWS =
            new StructType().add("text", DataTypes.StringType).add("label", DataTypes.StringType);

    private static WeftConfig config(WeftClassifier classifier) {
        List<String> settings = new ArrayList<>(classifier.settings());
        settings.addAll(List.of("run.dir=unused", "finetune.from=unused"));
        return ConfigLoader.load("params", FinetuneSettings.DEFAULTS, settings);
    }

    @Test
    void defaultsAreThoseOfFinetune() {
        WeftConfig plain = ConfigLoader.load(
                "plain",
                FinetuneSettings.DEFAULTS,
                List.of("run.dir=unused", "finetune.from=unused", "finetune.task=classification"));
        assertThat(config(new WeftClassifier())).isEqualTo(plain);
    }

    @Test
    void paramsAreSettings() {
        WeftConfig config = config(new WeftClassifier()
                .setTask("regression")
                .setMethod("lora")
                .setLoraRank(3)
                .setEpochs(0.5)
                .setLearningRate(1e-3)
                .setBatchSize(24)
                .setWorkers(3)
                .setServers(1)
                .setMaxLength(77)
                .setTextCol("it's: text")
                .setPairCol("other")
                .setLabelCol("stars")
                .setSeed(9)
                .setConfig("training.eval_every", "5")
                .setConfig("training.eval_every", "7"));

        assertThat(config.finetune().task().word()).isEqualTo("regression");
        assertThat(config.finetune().method().word()).isEqualTo("lora");
        assertThat(config.finetune().loraRank()).isEqualTo(3);
        assertThat(config.finetune().epochs()).isEqualTo(0.5);
        assertThat(config.training().learningRate()).isEqualTo(1e-3);
        assertThat(config.training().globalBatch()).isEqualTo(24);
        assertThat(config.training().microBatch()).isEqualTo(2);
        assertThat(config.training().evalEvery()).isEqualTo(7);
        assertThat(config.cluster().workers()).isEqualTo(3);
        assertThat(config.cluster().servers()).isEqualTo(1);
        assertThat(config.dataset().maxLength()).isEqualTo(77);
        assertThat(config.dataset().textColumn()).isEqualTo("it's: text");
        assertThat(config.dataset().pairColumn()).isEqualTo("other");
        assertThat(config.dataset().labelColumn()).isEqualTo("stars");
        assertThat(config.run().seed()).isEqualTo(9);
    }

    @Test
    void settingsThatHaveAParamAreRefused() {
        WeftClassifier classifier = new WeftClassifier();
        assertThatThrownBy(() -> classifier.setConfig("training.learning_rate", "1"))
                .isInstanceOf(WeftException.class)
                .hasMessage("training.learning_rate is the param learningRate");
        assertThatThrownBy(() -> classifier.setConfig("dataset.train", "[x]"))
                .isInstanceOf(WeftException.class)
                .hasMessage("dataset.train is what fit is given");
    }

    @Test
    void aCopyHasTheParamsAndTheExtraOnes() {
        WeftClassifier classifier = new WeftClassifier().setEpochs(2).setFrom("somewhere");
        WeftClassifier copy = classifier.copy(new ParamMap().put(classifier.learningRate(), 0.5));

        assertThat(copy.uid()).isEqualTo(classifier.uid());
        assertThat(copy.getOrDefault(copy.epochs())).isEqualTo(2.0);
        assertThat(copy.getOrDefault(copy.learningRate())).isEqualTo(0.5);
        assertThat(classifier.getOrDefault(classifier.learningRate())).isEqualTo(5e-5);
        assertThat(copy.explainParams()).contains("finetune.lora_rank", "textCol", "somewhere");
    }

    @Test
    void addsColumnsByTheTask() {
        WeftClassifier classifier = new WeftClassifier().setPredictionCol("said");
        assertThat(classifier.transformSchema(ROWS).simpleString())
                .isEqualTo("struct<text:string,label:string,said:string,probabilities:map<string,double>>");
        assertThat(classifier.setTask("regression").transformSchema(ROWS).simpleString())
                .isEqualTo("struct<text:string,label:string,said:double>");
        assertThat(classifier
                        .setTask("tokens")
                        .transformSchema(new StructType())
                        .simpleString())
                .isEqualTo("struct<said:array<string>>");
    }

    @Test
    void numericLabelsArePredictedAsNumbers() {
        StructType indexed = new StructType().add("text", DataTypes.StringType).add("label", DataTypes.DoubleType);
        assertThat(new WeftClassifier().transformSchema(indexed).simpleString())
                .isEqualTo("struct<text:string,label:double,prediction:double,probabilities:map<string,double>>");
    }

    @Test
    void namesAMissingColumnAndOneThatIsThere() {
        assertThatThrownBy(() -> new WeftClassifier().setPairCol("other").transformSchema(ROWS))
                .isInstanceOf(WeftException.class)
                .hasMessage("the rows have no column other: their columns are text, label");
        assertThatThrownBy(() -> new WeftClassifier().setPredictionCol("label").transformSchema(ROWS))
                .isInstanceOf(WeftException.class)
                .hasMessage("the input has a column label already");
    }
}
