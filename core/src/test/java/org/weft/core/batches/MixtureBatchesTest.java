package org.weft.core.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.CorpusSource;
import org.weft.core.tokens.CorpusSplit;
import org.weft.core.tokens.TokenShardWriter;
import org.weft.core.tokens.TokenType;

/** Three sources, whose tokens tell them apart, as batches. */
class MixtureBatchesTest {
    private static final int CONTEXT = 4;
    private static final String SHA = "ab".repeat(32);
    private static final String CURRICULUM =
            "training.curriculum=[{from_step: 10, weights: {web: 0, code: 1, books: 3}}]";

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();

    @BeforeEach
    void writeCorpus() throws IOException {
        CorpusSplit none = new CorpusSplit(List.of(), 0);
        new CorpusManifest(1, "tokenizer.json", SHA, 5000, TokenType.U16, 0, none, none, List.of())
                .withSources(List.of(
                        source("web", 0.5, 0, 1000, 42),
                        source("code", 0.3, 0, 2000, 21),
                        source("books", 0.2, 0, 3000, 0)))
                .save(store, directory());
    }

    private String directory() {
        return temporary.resolve("corpus").toString();
    }

    private CorpusSource source(String name, double weight, long budget, int first, int val) throws IOException {
        CorpusSplit none = new CorpusSplit(List.of(), 0);
        return new CorpusSource(
                name,
                weight,
                budget,
                split(name + "-train", first, 401),
                val == 0 ? none : split(name + "-val", first, val));
    }

    private CorpusSplit split(String name, int first, int count) throws IOException {
        try (TokenShardWriter writer =
                new TokenShardWriter(store, directory(), name + "-00000.tokens", TokenType.U16, SHA.substring(0, 32))) {
            writer.startDocument();
            writer.append(IntStream.range(first, first + count).toArray());
            CorpusShard shard = writer.commit();
            return new CorpusSplit(List.of(shard), 2L * count);
        }
    }

    private TokenShardBatches open(int microBatch, int lanes, String... overrides) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "run.dir=" + temporary,
                "run.seed=7",
                "model.context=" + CONTEXT,
                "training.global_batch=20",
                "training.micro_batch=" + microBatch,
                "training.lanes=" + lanes));
        all.addAll(List.of(overrides));
        return TokenShardBatches.open(store, ConfigLoader.load("test", "", all));
    }

    /** A step's first tokens, one a sequence, in the order of lanes and micro-batches. */
    private static List<Integer> step(TokenShardBatches batches, int step, int lanes, int microBatches)
            throws IOException {
        List<Integer> firsts = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            for (int m = 0; m < microBatches; m++) {
                Batch batch = batches.training(step, lane, m);
                for (int b = 0; b < batch.sequences(); b++) {
                    firsts.add(batch.inputs()[b * CONTEXT]);
                }
            }
        }
        return firsts;
    }

    @Test
    void eachStepHasItsSharesHoweverItIsCut() throws IOException {
        try (TokenShardBatches few = open(5, 1);
                TokenShardBatches many = open(1, 4)) {
            for (int step = 0; step < 20; step++) {
                List<Integer> firsts = step(few, step, 1, 4);
                assertThat(step(many, step, 4, 5)).isEqualTo(firsts);
                assertThat(firsts.stream().filter(token -> token / 1000 == 1)).hasSize(10);
                assertThat(firsts.stream().filter(token -> token / 1000 == 2)).hasSize(6);
                assertThat(firsts.stream().filter(token -> token / 1000 == 3)).hasSize(4);
                assertThat(few.targets(step)).isEqualTo(20 * CONTEXT);
            }
        }
    }

    /** Whoever asks for a step in the middle of a curriculum, having asked for nothing before, has what others have. */
    @Test
    void aRunThatGoesOnNeedsNoState() throws IOException {
        List<List<Integer>> undisturbed = new ArrayList<>();
        try (TokenShardBatches batches = open(5, 1, CURRICULUM)) {
            for (int step = 0; step < 30; step++) {
                undisturbed.add(step(batches, step, 1, 4));
            }
        }
        assertThat(undisturbed.get(9)).anyMatch(token -> token / 1000 == 1);
        assertThat(undisturbed.get(10)).noneMatch(token -> token / 1000 == 1);
        assertThat(undisturbed.get(10).stream().filter(token -> token / 1000 == 3))
                .hasSize(15);
        for (int step : List.of(29, 10, 17, 9)) {
            try (TokenShardBatches resumed = open(1, 4, CURRICULUM)) {
                assertThat(step(resumed, step, 4, 5)).isEqualTo(undisturbed.get(step));
            }
        }
    }

    @Test
    void tellsWhatTheRunDrawsOfEachSource() throws IOException {
        try (TokenShardBatches batches = open(5, 1, "training.steps=30")) {
            assertThat(batches.account())
                    .containsExactly(
                            "source web: 50.00 % of the run's sequences, 1,200 tokens, 3.00 epochs of its 100",
                            "source code: 30.00 % of the run's sequences, 720 tokens, 1.80 epochs of its 100",
                            "source books: 20.00 % of the run's sequences, 480 tokens, 1.20 epochs of its 100");
        }
    }

    @Test
    void anEvaluationTakesOfEachSource() throws IOException {
        try (TokenShardBatches batches = open(2, 1, "training.eval_batches=2")) {
            assertThat(batches.evaluated())
                    .containsExactly(new ValidationPart("web", 2), new ValidationPart("code", 2));
            assertThat(batches.validationBatches()).isEqualTo(8); // 10 and 5 samples
            List<String> seen = new ArrayList<>();
            List<Integer> firsts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                seen.add(batches.validationSource(i));
                firsts.add(batches.validation(i).inputs()[0]);
            }
            assertThat(seen).containsExactly("web", "web", "code", "code", "web", "web", "web", "code");
            assertThat(firsts).containsExactly(1000, 1008, 2000, 2008, 1016, 1024, 1032, 2016);
        }
    }

    @Test
    void refusesByNameWhatTheSourcesCannotGive() {
        assertRefused(
                "training.curriculum[0].weights: the corpus has no source wep; did you mean web?",
                "web, code, books",
                "training.curriculum=[{from_step: 1, weights: {wep: 1, code: 1, books: 1}}]");
        assertRefused(
                "training.curriculum[0].weights lacks the source books",
                "0 for one that has no part in it",
                "training.curriculum=[{from_step: 1, weights: {web: 1, code: 1}}]");
        assertRefused(
                "the source web is shorter than one context: tokens=401 required=601",
                "smaller model.context",
                "model.context=600");
    }

    private void assertRefused(String message, String hint, String override) {
        assertThatThrownBy(() -> {
                    try (TokenShardBatches batches = open(5, 1, override)) {
                        batches.account();
                    }
                })
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.hint()).contains(hint))
                .hasMessageContaining(message);
    }

    @Test
    void aSourceThatIsUsedUpEndsTheRunBeforeItBegins() throws IOException {
        CorpusManifest manifest = CorpusManifest.load(store, directory());
        manifest.withSources(manifest.sources().stream()
                        .map(source ->
                                new CorpusSource(source.name(), source.weight(), 400, source.train(), source.val()))
                        .toList())
                .save(store, directory());
        assertRefused(
                "the sources' token budgets are used up in step 15 of training.steps=1000",
                "training.steps=15",
                "training.eval_every=0");
    }

    /** What a user changes in the configuration holds, though the corpus was prepared with something else. */
    @Test
    void weightsAndBudgetsAreThoseOfTheConfiguration() throws IOException {
        String web = "{name: web, input: [x], weight: 1}";
        String code = "{name: code, input: [x], weight: 0}";
        String books = "{name: books, input: [x], weight: 3, tokens: 400}";
        try (TokenShardBatches batches =
                open(5, 1, "corpus.sources=[" + books + ", " + web + ", " + code + "]", "training.steps=10")) {
            assertThat(batches.account())
                    .containsExactly(
                            "source web: 50.00 % of the run's sequences, 400 tokens, 1.00 epochs of its 100",
                            "source code: 0.00 % of the run's sequences, 0 tokens, 0.00 epochs of its 100",
                            "source books: 50.00 % of the run's sequences, 400 tokens, 1.00 epochs of its 100");
        }
        assertRefused(
                "corpus.sources names web, books, and the corpus was prepared of web, code, books",
                "run prepare again",
                "corpus.sources=[" + web + ", " + books + "]");
    }
}
