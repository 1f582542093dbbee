package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.MetricsLog;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.spark.SparkApplication;
import org.weft.trainer.search.Objective;
import org.weft.trainer.search.Rungs;
import org.weft.trainer.search.SearchJson;
import org.weft.trainer.search.SearchResult;
import org.weft.trainer.search.SearchSpace;
import org.weft.trainer.search.SearchTable;
import org.weft.trainer.search.Trial;
import org.weft.trainer.search.TrialResult;

@Timeout(60)
class SettingsSearchTest {
    private static final int STEPS = 90;

    @TempDir
    private Path directory;

    private final HadoopStore store = new HadoopStore(new Configuration());

    /** Trains nothing: a loss with its least at a learning rate of 3e-3 and a width of 64, which falls with the steps. */
    private final class Planted implements TrialRuns {
        private final List<String> trained = Collections.synchronizedList(new ArrayList<>());
        private final Map<String, Integer> steps = Collections.synchronizedMap(new TreeMap<>());
        private int stopAt = -1;
        private String fails = "";
        private boolean best;
        private String seed = "1";
        private SearchStops stops;
        private CountDownLatch together = new CountDownLatch(0);

        @Override
        public RunResult train(WeftConfig config, Progress progress, StopSource source) throws IOException {
            int from = steps.getOrDefault(config.run().dir(), 0);
            int end = source.endStep(config.training().steps());
            trained.add(config.training().learningRate() + "/" + config.model().width() + ":" + from + "-" + end);
            together.countDown();
            await(together);
            if (config.run().dir().endsWith(fails) && !fails.isEmpty()) {
                throw WeftException.failed("no disk", "");
            }
            boolean[] asked = new boolean[1];
            try (StopSource.Listening listening = source.listen(() -> asked[0] = true, progress)) {
                if (trained.size() == stopAt) {
                    stops.request();
                }
                if (asked[0]) {
                    steps.put(config.run().dir(), from + 1);
                    return result(from + 1, true);
                }
            }
            try (MetricsLog log = MetricsLog.open(store, config.run().directory(), from)) {
                for (int step = from + 1; step <= end; step++) {
                    if (step % 10 == 0 || step == end) {
                        double loss = loss(config, step) + (best && step > 50 ? 1 : 0);
                        log.write(new EvaluationRecord(step, 0, Map.of("loss", loss, "accuracy", 0.5)));
                    }
                }
            }
            steps.put(config.run().dir(), end);
            return result(end, false);
        }

        private RunResult result(int step, boolean stopped) {
            return new RunResult(step, 6, 3, Double.NaN, 100, 2500, 1000, null, BestStep.NONE, BestStep.NONE, stopped);
        }

        @Override
        public String command() {
            return "pretrain";
        }

        @Override
        public WeftConfig config(List<String> overrides) {
            return ConfigLoader.load(
                    "test", "run: {dir: '" + dir() + "', seed: " + seed + "}\nmodel: {heads: 2}", overrides);
        }

        @Override
        public int vocabSize(WeftConfig config) {
            return 300;
        }

        @Override
        public List<String> scores(WeftConfig config) {
            return List.of("loss");
        }

        @Override
        public boolean takesBest() {
            return best;
        }

        @Override
        public void begin(SparkApplication application, WeftConfig config, List<WeftConfig> trials) {}

        @Override
        public String facts() {
            return "";
        }

        @Override
        public boolean sharesCorpus() {
            return true;
        }

        @Override
        public String fingerprint(WeftConfig config) {
            return config.training().learningRate() + " " + config.run().seed();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double loss(WeftConfig config, int step) {
        double rate = Math.log10(config.training().learningRate() / 3e-3);
        double width = Math.log(config.model().width() / 64.0);
        return config.training().learningRate() >= 1 ? Double.NaN : 2 + rate * rate + width * width + 10.0 / step;
    }

    @Test
    void findsThePlantedOptimumAndTellsItAgainWithoutTraining() throws IOException {
        Planted runs = new Planted();
        SearchResult found = search(runs, 1, grid());
        assertThat(found.best().trial().toString()).isEqualTo("training.learning_rate=3e-3, model.width=64");
        assertThat(runs.trained).hasSize(12);
        Planted again = new Planted();
        assertThat(SearchJson.search(search(again, 1, grid()), "")).isEqualTo(SearchJson.search(found, ""));
        assertThat(again.trained).isEmpty();
    }

    @Test
    void stoppedAndResumedItIsTheSameTable() throws IOException {
        String undisturbed = table(search(new Planted(), 1, halving()));
        Planted runs = new Planted();
        directory = directory.resolve("other");
        for (int stop : new int[] {3, 7, 2}) {
            runs.stopAt = runs.trained.size() + stop;
            assertThat(search(runs, 1, halving())).isNull();
        }
        runs.stopAt = -1;
        assertThat(table(search(runs, 1, halving()))).isEqualTo(undisturbed);
    }

    @Test
    void halvingGoesOnWithTheBestFromWhereTheyWere() throws IOException {
        Planted runs = new Planted();
        SearchResult found = search(runs, 1, halving());
        assertThat(found.rungs().described()).isEqualTo("9 trials to step 10, 3 to step 30, 1 to the end");
        assertThat(runs.trained).hasSize(9 + 3 + 1);
        assertThat(runs.trained.subList(9, 12)).allMatch(run -> run.endsWith(":10-30"));
        assertThat(runs.trained.get(12)).endsWith(":30-90");
        assertThat(found.best().step()).isEqualTo(STEPS);
    }

    /** The latch opens when two are under way: one after the other they would wait for ever. */
    @Test
    void trialsSideBySideComeToTheSame() throws IOException {
        String sequential = table(search(new Planted(), 1, halving()));
        directory = directory.resolve("other");
        Planted runs = new Planted();
        runs.together = new CountDownLatch(2);
        assertThat(table(search(runs, 3, halving()))).isEqualTo(sequential);
    }

    @Test
    void oneThatFailsEndsTheOthersAndTheSearch() throws IOException {
        Planted runs = new Planted();
        runs.together = new CountDownLatch(2);
        List<Trial> trials = grid().trials().stream().map(TrialResult::trial).toList();
        runs.fails = trials.get(1).name();
        assertThatThrownBy(() -> search(runs, 2, grid())).hasMessage("no disk");
        assertThat(runs.trained).hasSizeLessThan(12);
        runs.fails = "";
        assertThat(search(runs, 2, grid()).best()).isNotNull();
    }

    @Test
    void aLossThatIsNoNumberIsARowAndGoesNoFurther() throws IOException {
        SearchSpace space = SearchSpace.parse(List.of("training.learning_rate=1e-3,2,3e-3,3"));
        SearchResult planned = planned(space, space.grid(), Rungs.halving(4, STEPS, 2, 1));
        Planted runs = new Planted();
        SearchResult found = search(runs, 1, planned);
        assertThat(table(found)).contains("not finite");
        assertThat(runs.trained).hasSize(4 + 2 + 1);
        assertThat(found.best().trial().toString()).isEqualTo("training.learning_rate=3e-3");
    }

    @Test
    void moreValuesTrainOnlyWhatIsNew() throws IOException {
        search(new Planted(), 1, grid("training.learning_rate=1e-3,3e-3"));
        Planted more = new Planted();
        search(more, 1, grid("training.learning_rate=1e-4,1e-3,3e-3"));
        assertThat(more.trained).hasSize(1);
    }

    @Test
    void resultsOfAnotherSeedAreNotTaken() throws IOException {
        search(new Planted(), 1, grid());
        Planted other = new Planted();
        other.seed = "2";
        assertThatThrownBy(() -> search(other, 1, grid())).hasMessageContaining("is of other data, another seed");
    }

    @Test
    void aFineTuningIsJudgedByItsBestEvaluation() throws IOException {
        Planted runs = new Planted();
        runs.best = true;
        SearchResult found = search(runs, 1, grid("training.learning_rate=3e-3"));
        assertThat(found.best().step()).isEqualTo(50);
        runs.best = false;
        directory = directory.resolve("other");
        assertThat(search(runs, 1, grid("training.learning_rate=3e-3")).best().step())
                .isEqualTo(STEPS);
    }

    private String table(SearchResult result) {
        return new SearchTable(result).render();
    }

    private String dir() {
        return "file://" + directory.resolve("sweep");
    }

    private static SearchResult grid(String... over) {
        SearchSpace space = SearchSpace.parse(
                over.length > 0
                        ? List.of(over)
                        : List.of("training.learning_rate=3e-4,1e-3,3e-3,1e-2", "model.width=32,64,128"));
        List<Trial> trials = space.grid();
        return planned(space, trials, Rungs.whole(trials.size()));
    }

    private static SearchResult halving() {
        SearchSpace space = SearchSpace.parse(List.of("training.learning_rate=1e-4..1e-1", "model.width=32,64,128"));
        List<Trial> trials = space.random(9, 5);
        return planned(space, trials, Rungs.halving(9, STEPS, 3, 10));
    }

    private static SearchResult planned(SearchSpace space, List<Trial> trials, Rungs rungs) {
        return new SearchResult(
                space,
                "test",
                5,
                rungs,
                new Objective("loss"),
                trials.stream().map(TrialResult::of).toList());
    }

    /** Null where it was stopped. */
    private SearchResult search(Planted runs, int parallel, SearchResult planned) throws IOException {
        Progress quiet = new Progress(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false, System::nanoTime);
        Map<Trial, WeftConfig> configs = new LinkedHashMap<>();
        for (TrialResult trial : planned.trials()) {
            List<String> settings = new ArrayList<>(trial.trial().overrides());
            settings.add("training.steps=" + STEPS);
            settings.add("run.dir=" + dir() + "/runs/" + trial.trial().name());
            configs.put(trial.trial(), runs.config(settings));
        }
        try (SearchStops stops = new SearchStops(StopSource.NONE, quiet)) {
            runs.stops = stops;
            return new SettingsSearch(runs, configs, store, quiet, stops, parallel).run(planned);
        }
    }
}
