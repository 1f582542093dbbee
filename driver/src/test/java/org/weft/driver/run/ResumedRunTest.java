package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.spark.SparkApplication;

/** How a run goes on, and what keeps it from that. */
@Timeout(120)
class ResumedRunTest extends SmallRuns {

    @Test
    void theSameBitsWhetherOrNotItWasInterrupted() throws IOException {
        String whole = train(null, 4, 2).checkpoint().manifest().paramsSha256();
        run = RunDirectory.of(run.file("other"));
        train(null, 2, 2);
        RunResult resumed = train(TrainingRun.LATEST, 4, 2);
        assertThat(said.toString())
                .contains(
                        "resuming from ", "/step-00000002\n", "changed since that checkpoint: {training.steps=2 -> 4}");
        assertThat(resumed.checkpoint().manifest().paramsSha256()).isEqualTo(whole);
        assertThat(resumed.tokens()).as("of this process").isEqualTo(2 * 8);
    }

    @Test
    void theManifestRemembersEvaluationsThoughTheLogIsGone() throws IOException {
        train(null, 4, 2);
        Files.delete(directory.resolve("metrics.jsonl"));
        RunResult resumed = train(TrainingRun.LATEST, 6, 2);
        CheckpointManifest manifest = resumed.checkpoint().manifest();
        assertThat(manifest.sources()).containsExactly(source);
        assertThat(manifest.evaluations()).containsKeys(2).containsKey(4);
        assertThat(manifest.evaluations().get(2).get("loss")).isLessThan(5);
        BestStep best = new BestStep("loss", 0);
        best.take(manifest);
        assertThat(best.knows(2)).isTrue();
        assertThat(Files.readString(directory.resolve("metrics.jsonl")))
                .as("of the start, evaluated again")
                .contains("{\"step\":4,\"val_loss\":");
    }

    @Test
    void anEarlierVersionsEvaluationsAreInItsLog() throws IOException {
        train(null, 4, 2);
        forgetEvaluations(4);
        RunResult resumed = train(TrainingRun.LATEST, 6, 2);
        assertThat(resumed.checkpoint().manifest().evaluations()).containsKeys(2, 4);
    }

    /** The manifest as it was before there were evaluations in it. */
    private void forgetEvaluations(int step) throws IOException {
        CheckpointManifest m =
                CheckpointManifest.load(SparkApplication.within(context).store(), run.step(step));
        new CheckpointManifest(
                        2,
                        m.weftVersion(),
                        m.step(),
                        m.skippedSteps(),
                        m.tokensSeen(),
                        m.generation(),
                        m.layoutHash(),
                        m.parameters(),
                        m.vocabSize(),
                        m.tokenizerSha256(),
                        m.seed(),
                        m.config(),
                        m.shards(),
                        List.of(),
                        Map.of(),
                        m.paramsSha256(),
                        m.sparsity(),
                        m.privacy())
                .save(SparkApplication.within(context).store(), run.step(step));
    }

    @Test
    void anotherCorpusIsNoticedAndNotRefused() throws IOException {
        train(null, 2, 0);
        source = new Source("corpus", "/corpus", "fedcba9876543210");
        RunResult resumed = train(TrainingRun.LATEST, 4, 0);
        assertThat(said.toString())
                .contains(
                        "changed since that checkpoint: {corpus=0123456789ab -> fedcba987654, training.steps=2 -> 4}");
        assertThat(resumed.step()).isEqualTo(4);
    }

    @Test
    void aRunWithoutACheckpointStartsFromItsInitialOne() throws IOException {
        RunResult result = run(TrainingRun.LATEST, subject(5, 0, 10, () -> initial(3)));
        assertThat(said.toString()).contains("no checkpoint in " + run.checkpoints() + " yet", "steps 3 to 5");
        assertThat(steps).containsExactly(4, 5);
        assertThat(result.checkpoint().manifest().step()).isEqualTo(5);
    }

    @Test
    void aRunThatLostItsManifestsIsNotBegunAnew() throws IOException {
        train(null, 4, 0);
        Files.delete(manifest(2));
        Files.delete(manifest(4));
        for (String resume : Arrays.asList(TrainingRun.LATEST, null)) {
            assertThatThrownBy(() -> train(resume, 4, 0))
                    .isInstanceOfSatisfying(
                            WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                    .hasMessage(run.checkpoints() + " has no whole checkpoint: [step-00000002, step-00000004] are"
                            + " without manifest.json, though " + run.metrics() + " tells of their commits");
        }
        assertThat(Files.readString(directory.resolve("metrics.jsonl"))).contains("{\"step\":4,");
    }

    @Test
    void aManifestThatIsMissingIsSaid() throws IOException {
        train(null, 4, 0);
        Files.delete(manifest(4));
        train(TrainingRun.LATEST, 4, 0);
        assertThat(said.toString())
                .contains("passed over " + run.step(4) + ": no manifest.json, though " + run.metrics()
                        + " tells of its commit\n");
        assertThat(steps).containsExactly(1, 2, 3, 4, 3, 4);
    }

    @Test
    void aSaveThatDidNotEndKeepsNobodyFromBeginning() throws IOException {
        Files.createDirectories(manifest(2).getParent());
        train(TrainingRun.LATEST, 4, 0);
        assertThat(said.toString())
                .contains(
                        "passed over " + run.step(2) + ": no manifest.json, its save did not end\n",
                        "no checkpoint in " + run.checkpoints() + " yet: starting at step 0");
        assertThat(steps).containsExactly(1, 2, 3, 4);
    }

    private Path manifest(int step) {
        return directory.resolve("checkpoints/" + RunDirectory.stepName(step) + "/manifest.json");
    }

    @Test
    void fewerStepsThanTheRunHasAreRefused() throws IOException {
        train(null, 4, 0);
        for (String resume : List.of(TrainingRun.LATEST, "4")) {
            assertThatThrownBy(() -> train(resume, 3, 0))
                    .isInstanceOfSatisfying(
                            WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.USAGE))
                    .hasMessageMatching(
                            "nothing to train: training.steps=3, and .*/step-00000004 is at step 4 already");
        }
        assertThat(Files.readString(directory.resolve("config.yaml"))).contains("steps: 4");
        assertThat(train("2", 3, 0).step()).isEqualTo(3);
    }

    @Test
    void aRunThatIsOverIsNotStartedAgain() throws IOException {
        RunResult first = train(null, 2, 0);
        steps.clear();
        RunResult again = run(TrainingRun.LATEST, subject(2, 0, 10, () -> null));
        assertThat(said.toString()).contains("/checkpoints/step-00000002 is this run's end: nothing to train");
        assertThat(steps).isEmpty();
        assertThat(again.checkpoint().manifest().toJson())
                .isEqualTo(first.checkpoint().manifest().toJson());
        assertThat(again.step()).isEqualTo(2);
    }

    @Test
    void patienceThatIsExhaustedEndsARunAndItsResumption() throws IOException {
        RunResult result = run(null, flat(20));
        assertThat(said.toString()).contains("the best val_loss was that of step 1: ending early");
        assertThat(result.step()).isLessThan(20);
        assertThat(result.bestStep()).isEqualTo(1);
        RunResult again = run(TrainingRun.LATEST, flat(20));
        assertThat(said.toString()).contains("the best val_loss was that of step 1: the run has ended");
        assertThat(again.checkpoint().manifest().step())
                .isEqualTo(result.checkpoint().manifest().step());
    }

    /** Nothing moves, so no evaluation is better than the first. */
    private Subject flat(int last) {
        return subject(
                config(last, 1, "training.learning_rate=1e-30", "training.min_learning_rate=0", "finetune.patience=2"),
                4,
                10,
                () -> null);
    }

    @Test
    void aFreshRunLeavesEarlierCheckpointsAlone() throws IOException {
        train(null, 2, 0);
        assertThatThrownBy(() -> train(null, 4, 0))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.USAGE))
                .hasMessage(run.checkpoints() + " already has checkpoints, the newest is step-00000002");
    }

    @Test
    void anotherModelIsRefused() throws IOException {
        train(null, 2, 0);
        assertThatThrownBy(() -> run(TrainingRun.LATEST, subject(4, 0, 12, () -> null)))
                .hasMessageContaining(" is of another model: parameters=10 ");
    }
}
