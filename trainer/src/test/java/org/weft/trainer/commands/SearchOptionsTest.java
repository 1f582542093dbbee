package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.trainer.CommandRun;
import org.weft.trainer.RunFolder;

/** What {@code sweep --over} refuses: all of it before Spark is started, and nothing is written. */
@Tag("once")
class SearchOptionsTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--trials 4|--trials changes nothing without --over",
                "--parallel 2|--parallel changes nothing without --over",
                "--over model.width=32,64 --sizes 5|--sizes is of a family of sizes",
                "--over model.width=32,64 --trials 4|--trials is not of a grid",
                "--over model.width=32,64 --search random --eta 2|--eta is of --search halving",
                "--over model.width=32,64 --parallel 0|--parallel 0 must be 1 or more",
                "--over model.width=32..64|--over model.width is a range, and a grid needs values",
                "--over run.seed=1,2|--over run.seed: trials cannot differ in it",
                "--over model.width=32,33|a trial cannot be run: model.width=33: ",
                "--over modle.width=32,33|there is no section modle",
                "--over model.wdith=32,33|a trial cannot be run: model.wdith=32: ",
                "--over model.width=32,64 --metric val_accuracy|--metric val_accuracy is nothing that an evaluation",
                "--over model.width=32,64 --metric loss|--metric loss is nothing that an evaluation",
                "--over model.width=32,64 --set training.eval_every=0|training.eval_every=0: trials are judged",
                "--over model.width=32,64 --search halving --eta 2 --set training.steps=1|--min-steps 1 must be from 1",
                "--over training.steps=10,20 --search halving|halving compares trials at equal steps",
                "--over model.width=32,64 --search halving --eta 2 --set sync.mode=local --set sync.steps=3 --set checkpoint.every=3|does not go with sync.mode=local",
                "--over model.width=32,64 --set finetune.task=classification|finetune.from is not",
            })
    void whatCannotBeSearchedIsRefusedByName(String options, String message) throws IOException {
        RunFolder run = RunFolder.create(directory, RunFolder.SMALL);
        List<String> arguments =
                new ArrayList<>(List.of("sweep", "--config", run.config().toString()));
        arguments.addAll(Arrays.asList(options.split(" ")));
        CommandRun refused = CommandRun.of(arguments);
        assertThat(refused.err()).contains(message);
        assertThat(refused.status()).isEqualTo(2);
        assertThat(run.dir()).doesNotExist();
    }

    @Test
    void aShellReadsTheCommandOfTheBestAsItIs() {
        ConfigOptions options = new ConfigOptions();
        assertThat(options.commandLine(
                        List.of("training.learning_rate=3e-3", "finetune.lora_targets=[q, v]", "run.name='it'")))
                .isEqualTo("--set training.learning_rate=3e-3 --set 'finetune.lora_targets=[q, v]' --set"
                        + " 'run.name='\\''it'\\'''");
    }
}
