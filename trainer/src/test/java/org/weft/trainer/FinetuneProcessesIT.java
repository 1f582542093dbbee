package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fine-tuning as a person starts it: a driver and two executors, processes of their own, one of which is killed. */
class FinetuneProcessesIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    static Path temporary;

    @Test
    void goesOnToTheSameBitsWhenAnExecutorIsKilled() throws Exception {
        RunFolder base =
                RunFolder.create(temporary.resolve("base"), RunFolder.SMALL).prepared();
        base.pretrain().done();
        Path rows = Files.writeString(temporary.resolve("rows.jsonl"), LabelledRows.jsonl(400, 1));
        String expected = run("one-process", base, rows)
                .command("finetune", "cluster.master=local[4]", "--no-evaluate")
                .done()
                .paramsSha256();

        RunFolder run = run("killed", base, rows);
        List<String> arguments = run.arguments(
                "finetune",
                "cluster.master=local-cluster[2,2,1024]",
                "cluster.workers=2",
                "cluster.servers=2",
                "--no-evaluate");
        try (LaunchedRun launched = LaunchedRun.start(run.home(), arguments)) {
            Await.until("first checkpoint", PATIENCE, () -> !launched.process().isAlive() || run.hasCheckpoint(20));
            assertThat(launched.executors()).hasSize(2);
            launched.executors().get(0).destroyForcibly();
            CommandRun result = launched.ended(PATIENCE).done();
            assertThat(result.err()).contains("is lost with its executor", "generation 2 starts at step ");
            assertThat(result.paramsSha256()).isEqualTo(expected);
        }
    }

    private static RunFolder run(String name, RunFolder base, Path rows) throws IOException {
        Path home = Files.createDirectories(temporary.resolve(name));
        String yaml = """
                run: {name: tuned, dir: "%s", seed: 5}
                cluster: {device: cpu, executor_memory: 800m}
                dataset: {train: ["%s"]}
                finetune: {task: classification, from: "%s", epochs: 10}
                training: {global_batch: 16, micro_batch: 2, lanes: 8, learning_rate: 5.0e-3, warmup_steps: 4, eval_every: 20}
                checkpoint: {every: 20}
                """.formatted(RunFolder.uri(home.resolve("run")), RunFolder.uri(rows), RunFolder.uri(base.dir()));
        return new RunFolder(home, Files.writeString(home.resolve("run.yaml"), yaml));
    }
}
