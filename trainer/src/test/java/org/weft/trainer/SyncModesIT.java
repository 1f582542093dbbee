package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.driver.progress.StepRecord;

/** However workers and servers keep step: one hash, whatever the cluster is and however often the run was stopped. */
@Tag("once")
class SyncModesIT {
    private static final String STEPS = "training.steps=5";
    private static final String EVALUATED = "training.eval_every=2";

    @TempDir
    static Path temporary;

    private static RunFolder corpus;
    private static String plain;

    @BeforeAll
    static void trainPlainly() throws IOException {
        corpus = RunFolder.create(temporary.resolve("corpus"), RunFolder.SMALL).prepared();
        plain = train("plain");
    }

    private static String train(String name, String... settings) {
        String[] all = Stream.concat(Stream.of(STEPS, EVALUATED, "training.lanes=4"), Stream.of(settings))
                .toArray(String[]::new);
        return corpus.sibling(name).pretrain(all).done().paramsSha256();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sync.delay=1",
                "sync.delay=1 sync.weight_prediction=false",
                "sync.gradients=bf16",
                "sync.gradients=int8",
                "sync.gradients=int4 sync.delay=1 sync.warmup_steps=2",
                "sync.mode=local sync.steps=2 checkpoint.every=2",
                "sync.mode=local sync.steps=2 checkpoint.every=2 sync.gradients=int8",
                "sync.mode=local sync.steps=2 checkpoint.every=2 sync.inner_state=reset",
                "sync.mode=local sync.steps=2 checkpoint.every=2 training.optimizer=nesterov",
                "sync.mode=local sync.steps=2 checkpoint.every=2 sync.warmup_steps=3",
                "sync.mode=local sync.steps=2 checkpoint.every=2 sync.warmup_steps=2 sync.inner_state=reset",
            })
    void parametersDoNotDependOnTheCluster(String mode) {
        String name = mode.replaceAll("[^a-z0-9]", "-");
        List<String> settings = List.of(mode.split(" "));
        String one = train(name + "-1-1", settings.toArray(String[]::new));
        String[] cluster = {"cluster.workers=3", "cluster.servers=2", "servers.replicas=2"};
        String many = train(name + "-3-2", with(settings.toArray(String[]::new), cluster));
        assertThat(many).isEqualTo(one).isNotEqualTo(plain);
    }

    /** What a worker rounds anyway may come to it rounded; an evaluation pulls it, too. */
    @ParameterizedTest
    @ValueSource(strings = {"sync.delay=0", "sync.delay=1 sync.gradients=int8"})
    void roundedParametersAreTheSameBitsInFewerBytes(String mode) throws IOException {
        String name = "bfloat16-" + mode.replaceAll("[^a-z0-9]", "-");
        String[] narrow = (mode + " training.precision=bf16").split(" ");
        String whole = train(name, with(narrow, "sync.parameters=f32"));
        String one = train(name + "-1-1", narrow);
        String many = train(
                name + "-3-2",
                with(narrow, "sync.parameters=bf16", "cluster.workers=3", "cluster.servers=2", "servers.replicas=2"));
        assertThat(List.of(one, many)).containsOnly(whole).doesNotContain(plain);
        long factors = 12 * 32 * 32 + 9 * 32; // a block of width 32 but for its norms
        boolean late = mode.contains("sync.delay=1"); // Then steps begin with what is predicted.
        int pulls = late ? 5 : 5 - 2; // Versions 2 and 4 have come to be evaluated.
        assertThat(bytesOfSteps(name)).isEqualTo(bytesOfSteps(name + "-1-1") + 2 * factors * pulls);
    }

    /** Workers that hold one block at a time, whichever lanes they have: of a model that is several buckets. */
    @Test
    void blocksThatComeAndGoAreTheSameBits() throws IOException {
        String[] model = {"model.layers=4", "model.width=256", "model.heads=4"};
        String whole = train("whole", model);
        String one = train("streamed-1-1", with(model, "cluster.residency=streamed"));
        String[] cluster = {"cluster.workers=3", "cluster.servers=2", "servers.replicas=2"};
        String many = train("streamed-3-2", with(with(model, cluster), "cluster.residency=streamed"));
        assertThat(List.of(one, many)).containsOnly(whole).doesNotContain(plain);
        double pulled = (double) bytesOfSteps("streamed-1-1") / bytesOfSteps("whole");
        assertThat(pulled).as("blocks come once more for backward").isGreaterThan(1.5);
    }

    /** With one block at a time, too, and with rounded parameters: what is rounded is what was predicted. */
    @Test
    void predictedParametersStream() throws IOException {
        String[] model = {
            "sync.delay=1", "training.precision=bf16", "model.layers=4", "model.width=256", "model.heads=4"
        };
        String whole = train("predicted", model);
        String[] cluster = {"cluster.workers=3", "cluster.servers=2", "servers.replicas=2"};
        String many = train("predicted-3-2", with(with(model, cluster), "cluster.residency=streamed"));
        String late = train("predicted-not", with(model, "sync.weight_prediction=false"));
        assertThat(many).isEqualTo(whole).isNotEqualTo(late);
    }

    private static long bytesOfSteps(String name) throws IOException {
        return RunRecords.of(temporary.resolve(name).resolve("run"), StepRecord.class).stream()
                .mapToLong(StepRecord::pullBytes)
                .sum();
    }

    private static String[] with(String[] settings, String... more) {
        return Stream.concat(Stream.of(settings), Stream.of(more)).toArray(String[]::new);
    }

    /** A round after a resume, or a step before the first, begins with the moments that the checkpoint has, whoever computes it now. */
    @ParameterizedTest
    @ValueSource(strings = {"0", "3"})
    void keptMomentsAreResumed(String warmup) {
        String[] settings = {
            STEPS,
            EVALUATED,
            "training.lanes=4",
            "sync.mode=local",
            "sync.steps=2",
            "checkpoint.every=2",
            "checkpoint.keep=9",
            "sync.warmup_steps=" + warmup
        };
        String whole =
                corpus.sibling("kept-" + warmup).pretrain(settings).done().paramsSha256();
        RunFolder run = corpus.sibling("kept-resumed-" + warmup);
        run.pretrain(settings).done();
        String[] cluster = {"--resume 2", "cluster.workers=3", "cluster.servers=2"};
        String[] from = Stream.concat(Stream.of(cluster), Stream.of(settings)).toArray(String[]::new);
        assertThat(run.pretrain(from).done().paramsSha256()).isEqualTo(whole);
    }

    /** The gradient of the first step after a resume is taken at what the checkpoint has of the version before it. */
    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void lateGradientsAreResumed(String predicted) {
        String prediction = "sync.weight_prediction=" + predicted;
        String whole = train("late-" + predicted, "sync.delay=1", prediction);
        RunFolder run = corpus.sibling("resumed-" + predicted);
        String[] settings = {
            STEPS, EVALUATED, "training.lanes=4", "sync.delay=1", prediction, "checkpoint.every=2", "checkpoint.keep=9"
        };
        run.pretrain(settings).done();
        String[] from = Stream.concat(Stream.of("--resume 2", "cluster.servers=2"), Stream.of(settings))
                .toArray(String[]::new);
        assertThat(run.pretrain(from).done().paramsSha256()).isEqualTo(whole);
    }
}
