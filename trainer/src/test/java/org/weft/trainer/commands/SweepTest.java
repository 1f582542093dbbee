package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.scores.LanguageScores;
import org.weft.core.storage.HadoopStore;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusSplit;
import org.weft.core.tokens.TokenType;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.trainer.sweep.FamilyMember;
import org.weft.trainer.sweep.ModelFamily;
import org.weft.trainer.sweep.SizeResult;

class SweepTest {
    private static final CorpusManifest CORPUS = new CorpusManifest(
            1,
            "tokenizer.json",
            "ab".repeat(32),
            512,
            TokenType.U16,
            0,
            new CorpusSplit(List.of(), 1),
            new CorpusSplit(List.of(), 1),
            List.of());

    @TempDir
    private Path directory;

    /** Trains nothing, and writes down what it was asked for. */
    private static final class Trained implements Sweep.Runs {
        private final List<WeftConfig> runs = new ArrayList<>();
        private int stopAt = -1;

        @Override
        public RunResult train(WeftConfig config) {
            runs.add(config);
            boolean stopped = runs.size() == stopAt;
            return new RunResult(10, 6, 3, Double.NaN, 100, 2500, 1000, null, BestStep.NONE, BestStep.NONE, stopped);
        }

        @Override
        public LanguageScores evaluate(WeftConfig config, RunResult trained) {
            return new LanguageScores(100.0 / config.model().width(), 1, 10);
        }
    }

    @Test
    void everySizeHasARunOfItsOwnOnOneCorpus() throws IOException {
        Trained trained = new Trained();
        List<SizeResult> results = sweep(trained).run(sizes(), CORPUS);
        assertThat(results).extracting(SizeResult::member).isEqualTo(sizes());
        assertThat(results).extracting(SizeResult::tokens).containsOnly(10L * 8 * 64);
        assertThat(trained.runs).extracting(run -> run.run().dir()).doesNotHaveDuplicates();
        assertThat(trained.runs)
                .extracting(run -> run.run().directory().corpus())
                .containsOnly(dir() + "/corpus");
        for (int i = 0; i < trained.runs.size(); i++) {
            assertThat(trained.runs.get(i).model().width())
                    .isEqualTo(sizes().get(i).width());
        }
    }

    @Test
    void widerModelsLearnInSmallerSteps() throws IOException {
        Trained trained = new Trained();
        sweep(trained).run(sizes(), CORPUS);
        List<Double> rates =
                trained.runs.stream().map(run -> run.training().learningRate()).toList();
        assertThat(rates.get(0)).isEqualTo(1e-3);
        assertThat(rates).isSortedAccordingTo((a, b) -> Double.compare(b, a)).doesNotHaveDuplicates();
    }

    @Test
    void finishedSizesAreNotTrainedAgain() throws IOException {
        List<SizeResult> first = sweep(new Trained()).run(sizes(), CORPUS);
        Trained again = new Trained();
        assertThat(sweep(again).run(sizes(), CORPUS)).isEqualTo(first);
        assertThat(again.runs).isEmpty();
    }

    @Test
    void aStoppedSweepGoesOnWithTheSizeItStoppedAt() throws IOException {
        Trained stopped = new Trained();
        stopped.stopAt = 3;
        assertThat(sweep(stopped).run(sizes(), CORPUS)).hasSize(2);
        Trained resumed = new Trained();
        assertThat(sweep(resumed).run(sizes(), CORPUS)).hasSize(5);
        assertThat(resumed.runs).hasSize(3);
        assertThat(resumed.runs.get(0).run().dir())
                .isEqualTo(stopped.runs.get(2).run().dir());
    }

    @Test
    void resultsOfOtherSettingsAreNotTaken() throws IOException {
        sweep(new Trained()).run(sizes(), CORPUS);
        assertThatThrownBy(() -> sweep(new Trained(), "training.steps=20").run(sizes(), CORPUS))
                .hasMessageEndingWith("result.json is of another corpus, seed, or model and training settings");
        Trained elsewhere = new Trained();
        sweep(elsewhere, "cluster.workers=1").run(sizes(), CORPUS);
        assertThat(elsewhere.runs).isEmpty();
    }

    @Test
    void aResultIsWholeOrNotThere() throws IOException {
        sweep(new Trained()).run(sizes(), CORPUS);
        Path result = directory.resolve("sweep/runs/" + sizes().get(0).name() + "/result.json");
        assertThat(Files.readString(result)).contains("\"fingerprint\"", "\"loss\"", "\"parameters\"");
    }

    private List<FamilyMember> sizes() {
        return new ModelFamily(config(), CORPUS.vocabSize()).sizes(5, 5e4, 1e6);
    }

    private Sweep sweep(Trained trained, String... settings) {
        Progress quiet = new Progress(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false, System::nanoTime);
        return new Sweep(trained, config(settings), new HadoopStore(new Configuration()), quiet);
    }

    private String dir() {
        return "file://" + directory.resolve("sweep");
    }

    private WeftConfig config(String... settings) {
        String yaml = "run: {dir: '" + dir() + "'}\nmodel: {context: 64}\ntraining: {steps: 10, global_batch: 8,"
                + " micro_batch: 4, lanes: 2, learning_rate: 1.0e-3, min_learning_rate: 1.0e-4}\n";
        return ConfigLoader.load("test", yaml, List.of(settings));
    }
}
