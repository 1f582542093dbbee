package org.weft.dl4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** An example on executors in processes of their own, against the same training in one process. */
@Timeout(300)
class ExampleRunIT {

    @TempDir
    Path directory;

    @Test
    void theClusterComputesWhatOneProcessDoes() {
        int status = run("attention-classifier", "--compare-steps", "3");
        assertThat(status).isZero();
        assertThat(directory.resolve("run/fit-00001/model.zip")).exists();
    }

    @Test
    void anUnknownExampleIsRefused() {
        assertThat(run("perceptron")).isEqualTo(2);
    }

    private int run(String name, String... more) {
        CommandLine command = new CommandLine(new ExampleRun());
        String[] args = new String[3 + more.length];
        args[0] = name;
        args[1] = "--run-dir";
        args[2] = directory.resolve("run").toString();
        System.arraycopy(more, 0, args, 3, more.length);
        return command.execute(args);
    }
}
