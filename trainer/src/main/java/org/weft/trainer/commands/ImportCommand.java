package org.weft.trainer.commands;

import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ModelSection;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.progress.Progress;
import org.weft.hub.HuggingFaceModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code import}: a Hugging Face directory becomes a run directory with a checkpoint of step 0. */
@Command(
        name = "import",
        description = "Make a run directory of a Hugging Face directory (GPT-2, Llama, BERT).",
        mixinStandardHelpOptions = true)
public final class ImportCommand implements Callable<Integer> {
    @Mixin
    private FileOptions options;

    @Parameters(paramLabel = "HF_DIR", description = "A directory with config.json and model.safetensors.")
    private String from;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "DIR",
            description = "The run directory to make; must be empty or not there.")
    private String to;

    @Override
    public Integer call() throws Exception {
        Progress progress = Progress.onStderr();
        try (FileAccess files = options.open()) {
            Store store = files.store();
            try (HuggingFaceModel model = HuggingFaceModel.open(store, from)) {
                Checkpoint checkpoint = model.writeTo(to);
                model.notices().forEach(progress::say);
                CheckpointManifest manifest = checkpoint.manifest();
                String section =
                        ModelSection.write(ReplicaLoader.configOf(checkpoint).model());
                progress.say("to train it on, configure");
                progress.say("model: " + section);
                new Summary("import")
                        .put("checkpoint", checkpoint.directory())
                        .put("parameters", manifest.parameters())
                        .put("vocab_size", manifest.vocabSize())
                        .put("params_sha256", manifest.paramsSha256())
                        .put("model", section)
                        .print();
            }
            return ExitStatus.DONE.code();
        }
    }
}
