package org.weft.trainer.commands;

import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.CheckpointResolver;
import org.weft.trainer.report.Progress;
import org.weft.worker.sample.SamplingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code generate}: text from a checkpoint, streamed to stdout. */
@Command(name = "generate", description = "Continue a prompt with a trained model.", mixinStandardHelpOptions = true)
public final class GenerateCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--checkpoint",
            required = true,
            paramLabel = "PATH",
            description = "A checkpoint directory, or a run directory for its newest.")
    private String path;

    @Option(names = "--prompt", defaultValue = "", description = "Text to continue; empty to start a document.")
    private String prompt;

    @Option(names = "--max-new-tokens", defaultValue = "100", description = "Default ${DEFAULT-VALUE}.")
    private int maxNewTokens;

    @Option(names = "--temperature", defaultValue = "0.8", description = "0 takes the likeliest token; default 0.8.")
    private double temperature;

    @Option(names = "--top-k", defaultValue = "0", description = "Sample among the K likeliest tokens; 0 for all.")
    private int topK;

    @Option(names = "--top-p", defaultValue = "1.0", description = "Sample within this mass of probability.")
    private double topP;

    @Option(names = "--seed", defaultValue = "42", description = "Same seed, same text.")
    private long seed;

    @Override
    public Integer call() throws Exception {
        if (maxNewTokens < 1) {
            throw WeftException.usage("--max-new-tokens " + maxNewTokens + " must be at least 1", "");
        }
        SamplingOptions sampling = new SamplingOptions(temperature, topK, topP, seed);
        try (ConfigOptions.FileAccess files = options.openFiles()) {
            Store store = files.store();
            Checkpoint checkpoint = new CheckpointResolver(store, Progress.onStderr()::say).at(path);
            try (Generation generation = Generation.open(store, checkpoint)) {
                String text = generation.generate(prompt, maxNewTokens, sampling, piece -> {
                    System.out.print(piece);
                    System.out.flush();
                });
                System.out.println();
                new Summary("generate")
                        .put("checkpoint", checkpoint.directory())
                        .put("text", text)
                        .print();
            }
            return ExitStatus.DONE.code();
        }
    }
}
