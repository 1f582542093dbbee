package org.weft.dl4j.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on Spark: corpus, workers, servers, checkpoints. */
class EnginesIT {
    private static final String TORCH = "cluster.engine=torch";
    private static final String DL4J = "cluster.engine=dl4j";

    @TempDir
    static Path temporary;

    /** Runs of five steps, and what becomes of them in the same engine. */
    private static EngineRun torch;

    private static EngineRun dl4j;
    private static EngineRun torchToTheEnd;
    private static EngineRun dl4jToTheEnd;
    private static String dl4jSha256;

    @BeforeAll
    static void trainWithEach() throws IOException {
        EngineRun corpus = EngineRun.create(temporary.resolve("corpus"));
        corpus.command("prepare");
        torch = corpus.fresh("torch");
        torch.command("pretrain", TORCH, "training.steps=5");
        torchToTheEnd = torch.copy("torch-torch");
        torchToTheEnd.command("pretrain", TORCH, "--resume", "5");
        dl4j = corpus.fresh("dl4j");
        dl4j.command("pretrain", DL4J, "training.steps=5");
        dl4jToTheEnd = dl4j.copy("dl4j-dl4j");
        dl4jSha256 = dl4jToTheEnd.sha256(dl4jToTheEnd.command("pretrain", DL4J, "--resume", "5"));
    }

    @Test
    void lossesOfTenStepsAgree() throws IOException {
        assertClose(dl4jToTheEnd.losses(), torchToTheEnd.losses());
    }

    @Test
    void aCheckpointOfEitherGoesOnInTheOther() throws IOException {
        EngineRun onDl4j = torch.copy("torch-dl4j");
        assertThat(onDl4j.command("pretrain", DL4J, "--resume", "5")).contains("resuming from");
        assertClose(onDl4j.losses(), torchToTheEnd.losses());

        EngineRun onTorch = dl4j.copy("dl4j-torch");
        assertThat(onTorch.command("pretrain", TORCH, "--resume", "5")).contains("resuming from");
        assertClose(onTorch.losses(), dl4jToTheEnd.losses());
    }

    /** Two executor processes, a worker and a server on each, go on from step 5 of the run in one process. */
    @Test
    void executorsOfTheirOwnGiveTheSameBits() throws Exception {
        EngineRun run = dl4j.copy("processes");
        String output = run.launched(
                "pretrain", DL4J, "--resume", "5", "cluster.master=local-cluster[2,2,1024]", "cluster.servers=2");
        assertThat(output).contains("step-00000005");
        assertThat(run.sha256(output)).isEqualTo(dl4jSha256);
    }

    @Test
    void dropoutDoesNotDependOnTheCluster() throws IOException {
        String[] steps = {DL4J, "model.dropout=0.2", "training.steps=3", "cluster.workers=1"};
        EngineRun one = dl4j.fresh("dropout-1");
        String expected = one.sha256(one.command("pretrain", steps));
        steps[3] = "cluster.workers=3";
        EngineRun three = dl4j.fresh("dropout-3");
        assertThat(three.sha256(three.command("pretrain", steps))).isEqualTo(expected);
    }

    @Test
    void whatTheEngineCannotComputeIsSaidBeforeAnythingStarts() throws IOException {
        EngineRun run = dl4j.fresh("refused");
        assertThat(run.failed("pretrain", DL4J, "training.precision=bf16"))
                .contains("error: cluster.engine=dl4j does not compute training.precision=bf16")
                .contains("hint: set training.precision=fp32, or cluster.engine=torch");
    }

    @Test
    void evaluationTakesTheEngineThatIsAskedFor() throws IOException {
        double[] losses = new double[2];
        for (int i = 0; i < 2; i++) {
            String output = dl4j.command("evaluate", "--checkpoint", dl4j.home().toString(), i == 0 ? TORCH : DL4J);
            losses[i] = EngineRun.summary(output).path("val_loss").asDouble();
        }
        assertThat(losses[0]).isGreaterThan(0).isCloseTo(losses[1], within(1e-5));
        assertThat(losses[0]).isNotEqualTo(losses[1]);
    }

    private static void assertClose(double[] actual, double[] expected) {
        assertThat(actual).hasSize(10);
        for (int step = 0; step < 10; step++) {
            assertThat(actual[step]).as("step %d", step + 1).isCloseTo(expected[step], within(1e-3 * expected[step]));
        }
    }
}
