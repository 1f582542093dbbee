package org.weft.core.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.CorpusSplit;
import org.weft.core.tokens.SampleOrder;
import org.weft.core.tokens.TokenShardWriter;
import org.weft.core.tokens.TokenType;

/** Which tokens a lane's micro-batches and the validation batches hold. */
class TokenShardBatchesTest {
    private static final int CONTEXT = 4;
    private static final long SEED = 7;
    private static final int TRAIN = 401; // 100 samples

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();
    private String directory;

    @BeforeEach
    void writeCorpus() throws IOException {
        directory = temporary.resolve("corpus").toString();
        String sha = "ab".repeat(32);
        CorpusSplit train = new CorpusSplit(List.of(shard("train-00000.tokens", 0, TRAIN, sha)), 0);
        CorpusSplit val = new CorpusSplit(List.of(shard("val-00000.tokens", 1000, 42, sha)), 0); // 10 samples
        new CorpusManifest(1, "tokenizer.json", sha, 5000, TokenType.U16, 0, train, val, List.of())
                .save(store, directory);
    }

    @Test
    void aStepsLanesAreConsecutivePositionsOfTheOrder() throws IOException {
        String training = training(16, 2, 4);
        SampleOrder order = new SampleOrder(SEED, 100);
        try (TokenShardBatches batches = open(training)) {
            assertThat(batches.targets(0)).isEqualTo(16 * CONTEXT);
            int step = 9; // runs over the end of the first epoch: positions 144..159
            List<Integer> firsts = new ArrayList<>();
            for (int lane = 0; lane < 4; lane++) {
                for (int m = 0; m < 2; m++) {
                    Batch batch = batches.training(step, lane, m);
                    assertThat(batch.sequences()).isEqualTo(2);
                    for (int b = 0; b < 2; b++) {
                        firsts.add(batch.tokens()[b * (CONTEXT + 1)]);
                        assertThat(batch.tokens()[b * (CONTEXT + 1) + CONTEXT])
                                .isEqualTo(batch.tokens()[b * (CONTEXT + 1)] + CONTEXT);
                    }
                }
            }
            for (int i = 0; i < 16; i++) {
                assertThat(firsts.get(i)).isEqualTo((int) order.sample(step * 16L + i) * CONTEXT);
            }
        }
    }

    @Test
    void theNumberOfLanesDoesNotChangeAStepsSamples() throws IOException {
        List<Integer> few = new ArrayList<>();
        List<Integer> many = new ArrayList<>();
        collect(4, 1, few);
        collect(1, 8, many);
        assertThat(few).isEqualTo(many);
    }

    @Test
    void validationIsInOrderAndItsLastBatchSmaller() throws IOException {
        try (TokenShardBatches batches = open(training(16, 4, 2))) {
            assertThat(batches.validationBatches()).isEqualTo(3);
            assertThat(batches.validation(0).tokens()).startsWith(1000, 1001, 1002, 1003, 1004, 1004, 1005);
            Batch last = batches.validation(2);
            assertThat(last.sequences()).isEqualTo(2);
            assertThat(last.tokens()).startsWith(1032).endsWith(1040).hasSize(10);
            assertThatThrownBy(() -> batches.validation(3)).hasMessage("validation batch=3 must be in [0, 3)");
            assertThatThrownBy(() -> batches.training(0, 2, 0)).hasMessage("lane=2 must be in [0, 2)");
        }
    }

    @Test
    void aWindowIsHadByItsNumber() throws IOException {
        try (TokenShardBatches batches = open(training(16, 2, 4))) {
            assertThat(batches.examples()).isEqualTo(100);
            Batch one = batches.example(5, 42);
            assertThat(one.sequences()).isEqualTo(1);
            assertThat(one.tokens()).startsWith(42 * CONTEXT).hasSize(CONTEXT + 1);
        }
    }

    @Test
    void aCorpusThatIsOneWholeHasNoCurriculum() throws IOException {
        try (TokenShardBatches batches =
                open(training(16, 4, 2), "training.curriculum=[{from_step: 5, weights: {web: 1}}]")) {
            assertThatThrownBy(batches::account)
                    .hasMessage("training.curriculum[0].weights: the corpus has no source web")
                    .isInstanceOfSatisfying(WeftException.class, e -> assertThat(e.hint())
                            .isEqualTo("it was prepared as one whole: give corpus.sources and prepare again"));
        }
    }

    @Test
    void rejectsCorpusShorterThanOneContext() {
        assertThatThrownBy(() -> open(training(16, 4, 2), "model.context=500"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("corpus shorter than one context")
                .hasMessageContaining("tokens=401 required=501");
    }

    private void collect(int microBatch, int lanes, List<Integer> tokens) throws IOException {
        try (TokenShardBatches batches = open(training(16, microBatch, lanes))) {
            for (int lane = 0; lane < lanes; lane++) {
                for (int m = 0; m < 16 / lanes / microBatch; m++) {
                    for (int token : batches.training(3, lane, m).tokens()) {
                        tokens.add(token);
                    }
                }
            }
        }
    }

    private CorpusShard shard(String file, int first, int count, String sha) throws IOException {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = first + i;
        }
        try (TokenShardWriter writer =
                new TokenShardWriter(store, directory, file, TokenType.U16, sha.substring(0, 32))) {
            writer.startDocument();
            writer.append(tokens);
            return writer.commit();
        }
    }

    private TokenShardBatches open(String training, String... overrides) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "run.dir=" + temporary, "run.seed=" + SEED, "model.context=" + CONTEXT, "training.eval_every=0"));
        all.addAll(List.of(overrides));
        return TokenShardBatches.open(store, ConfigLoader.load("test", training, all));
    }

    private static String training(int globalBatch, int microBatch, int lanes) {
        return "training: {global_batch: " + globalBatch + ", micro_batch: " + microBatch + ", lanes: " + lanes + "}";
    }
}
