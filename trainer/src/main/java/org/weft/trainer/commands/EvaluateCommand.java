package org.weft.trainer.commands;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.config.WeftConfig;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.CheckpointResolver;
import org.weft.trainer.checkpoint.ReplicaLoader;
import org.weft.trainer.cluster.EvaluationJob;
import org.weft.trainer.cluster.SparkApplication;
import org.weft.trainer.report.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate}: loss, perplexity and bits per byte over the whole validation split. */
@Command(
        name = "evaluate",
        description = "Loss, perplexity and bits per byte of a checkpoint on the validation split.",
        mixinStandardHelpOptions = true)
public final class EvaluateCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--checkpoint",
            required = true,
            paramLabel = "PATH",
            description = "A checkpoint directory, or a run directory for its newest.")
    private String path;

    @Override
    public Integer call() throws Exception {
        try (ConfigOptions.FileAccess files = options.openFiles()) {
            Checkpoint checkpoint = new CheckpointResolver(files.store(), Progress.onStderr()::say).at(path);
            WeftConfig config = options.over(ReplicaLoader.configOf(checkpoint));
            try (SparkApplication application = SparkApplication.start(config, "evaluate", files.settings())) {
                summary(application, config, checkpoint).print();
            }
            return ExitStatus.DONE.code();
        }
    }

    static Summary summary(SparkApplication application, WeftConfig config, Checkpoint checkpoint) throws IOException {
        EvaluationJob.Result result = new EvaluationJob(application, config).run(checkpoint);
        return new Summary("evaluate")
                .put("checkpoint", checkpoint.directory())
                .put("step", checkpoint.manifest().step())
                .number("val_loss", result.loss())
                .number("perplexity", result.perplexity())
                .number("bits_per_byte", result.bitsPerByte())
                .put("tokens", result.tokens())
                .put("params_sha256", checkpoint.manifest().paramsSha256());
    }
}
