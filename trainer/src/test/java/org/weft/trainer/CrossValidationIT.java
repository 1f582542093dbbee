package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code finetune --folds}: every row judged once, by a model that has not seen it; unfinished folds alone run again. */
class CrossValidationIT {
    private static final int ROWS = 120;

    @TempDir
    Path temporary;

    private RunFolder folded() throws IOException {
        RunFolder pretrained =
                RunFolder.create(temporary.resolve("base"), RunFolder.SMALL).prepared();
        pretrained.pretrain().done();
        Path train = Files.writeString(temporary.resolve("train.jsonl"), LabelledRows.jsonl(ROWS, 1));
        Path home = Files.createDirectories(temporary.resolve("folded"));
        String yaml = """
                run: {name: folded, dir: "%s", seed: 5}
                cluster: {master: "local[4]", workers: 2, servers: 1, device: cpu}
                dataset: {train: ["%s"], test: ["/nowhere.jsonl"]}
                finetune: {task: classification, from: "%s", epochs: 8}
                training: {global_batch: 16, micro_batch: 4, lanes: 4, learning_rate: 5.0e-3, warmup_steps: 4, eval_every: 20}
                checkpoint: {every: 20}
                """.formatted(
                        RunFolder.uri(home.resolve("run")), RunFolder.uri(train), RunFolder.uri(pretrained.dir()));
        return new RunFolder(home, Files.writeString(home.resolve("run.yaml"), yaml));
    }

    @Test
    void judgesEveryRowOnceAndFinishesOnlyWhatIsNot() throws IOException {
        RunFolder run = folded();
        JsonNode summary = run.command("finetune", "--folds 3").done().summary();

        JsonNode whole = CommandRun.json(Files.readString(run.dir().resolve("folds.json")));
        assertThat(whole.path("runs")).hasSize(3);
        assertThat(summary.path("rows").asInt()).isEqualTo(ROWS);
        assertThat(summary.path("metrics")).isEqualTo(whole.path("metrics"));
        double[] accuracies = StreamSupport.stream(whole.path("runs").spliterator(), false)
                .mapToDouble(fold -> fold.path("metrics").path("accuracy").asDouble())
                .toArray();
        double mean = (accuracies[0] + accuracies[1] + accuracies[2]) / 3;
        assertThat(summary.at("/metrics/accuracy/mean").asDouble()).isCloseTo(mean, within(1e-12));
        assertThat(mean).isGreaterThan(0.7);

        JsonNode evaluated = CommandRun.of(
                        "evaluate",
                        "--checkpoint",
                        whole.at("/runs/1/checkpoint").asText(),
                        "--output",
                        RunFolder.uri(temporary.resolve("evaluated")))
                .done()
                .summary();
        assertThat(evaluated.at("/metrics/accuracy").asDouble()).isEqualTo(accuracies[1]);

        FileUtils.deleteDirectory(run.dir().resolve("fold-2").toFile());
        CommandRun resumed = run.command("finetune", "--folds 3", "--resume", "cluster.workers=1")
                .done();
        assertThat(resumed.err()).contains("fold 0 of 3 is finished", "fold 1 of 3 is finished");
        assertThat(resumed.summary()).isEqualTo(summary);

        CommandRun other = run.command("finetune", "--folds 3", "--resume", "finetune.epochs=5");
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.err()).contains("fold-0 was finished with other settings");
        CommandRun anew = run.command("finetune", "--folds 3");
        assertThat(anew.status()).isEqualTo(2);
        assertThat(anew.err()).contains("fold-0/checkpoints already has checkpoints", "--resume");

        refused(run, "--folds 1 must be at least 2", "--folds 1");
        refused(run, "--folds with --no-evaluate", "--folds 3", "--no-evaluate");
        refused(run, "each fold has its own steps", "--folds 3", "--resume 20");
        refused(run, "there are no metrics", "--folds 3", "finetune.task=text");
    }

    private static void refused(RunFolder run, String message, String... settings) {
        CommandRun refused = run.command("finetune", settings);
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err()).contains(message);
    }
}
