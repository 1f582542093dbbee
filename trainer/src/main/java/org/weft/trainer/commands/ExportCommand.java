package org.weft.trainer.commands;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.progress.Progress;
import org.weft.hub.HuggingFaceExport;
import org.weft.hub.PeftExport;
import org.weft.tuning.finetune.LearntTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code export}: a checkpoint as a Hugging Face directory. */
@Command(
        name = "export",
        description = "Write a checkpoint as a Hugging Face directory.",
        mixinStandardHelpOptions = true)
public final class ExportCommand implements Callable<Integer> {
    private static final String MAX_SHARD_BYTES = "5000000000";

    @Mixin
    private ConfigOptions options;

    @Mixin
    private CheckpointOption path;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "DIR",
            description = "The directory to write; must be empty or not there.")
    private String to;

    @Option(
            names = "--dtype",
            defaultValue = "f32",
            description = "f32, f16 or bf16, rounded to the nearest; default ${DEFAULT-VALUE}.")
    private FloatFormat dtype;

    @Option(
            names = "--max-shard-bytes",
            paramLabel = "N",
            defaultValue = MAX_SHARD_BYTES,
            description = "Bytes of tensors in one file; default ${DEFAULT-VALUE}.")
    private long maxShardBytes;

    @Option(
            names = "--adapter",
            description =
                    "The adapters that finetune.method=lora learned and the task's head, as PEFT has them, without"
                            + " the base: adapter_config.json and adapter_model.safetensors in float32.")
    private boolean adapter;

    @Override
    public Integer call() throws Exception {
        if (maxShardBytes < 1) {
            throw WeftException.usage("--max-shard-bytes " + maxShardBytes + " must be at least 1", "");
        }
        if (adapter && (dtype != FloatFormat.F32 || maxShardBytes != Long.parseLong(MAX_SHARD_BYTES))) {
            throw WeftException.usage(
                    "--adapter with --dtype or --max-shard-bytes: adapters are one file of float32", "leave these out");
        }
        Progress progress = Progress.onStderr();
        try (ConfigOptions.FileAccess files = options.openFiles()) {
            Store store = files.store();
            Checkpoint checkpoint = path.resolve(store);
            WeftConfig config = ReplicaLoader.configOf(checkpoint);
            if (adapter) {
                PeftExport export = new PeftExport(store, checkpoint);
                if (!LearntTemplate.of(
                                store,
                                config,
                                new HuggingFaceExport(store, checkpoint, line -> {}).tokenizerDirectory())
                        .isEmpty()) {
                    progress.say("an adapter leaves its base's chat template as it is, and this one learnt another:"
                            + " finetune.chat_template="
                            + config.finetune().chatTemplate().word()
                            + "; export without --adapter writes it");
                }
                return print(checkpoint, export.write(to), export.parameters());
            }
            HuggingFaceExport export = new HuggingFaceExport(store, checkpoint, progress::say);
            String template = LearntTemplate.of(store, config, export.tokenizerDirectory());
            if (template.contains("strftime_now")) {
                progress.say(
                        "the exported chat template writes the day on which it is used; what was learnt has finetune.chat_date="
                                + config.finetune().chatDate());
            }
            List<String> written = export.write(to, new HuggingFaceExport.Options(dtype, maxShardBytes, template));
            return print(checkpoint, written, export.parameters());
        }
    }

    private int print(Checkpoint checkpoint, List<String> written, long parameters) {
        new Summary("export")
                .put("checkpoint", checkpoint.directory())
                .put("directory", to)
                .put("files", written.size())
                .put("dtype", dtype.name().toLowerCase(Locale.ROOT))
                .put("parameters", parameters)
                .put("params_sha256", checkpoint.manifest().paramsSha256())
                .print();
        return ExitStatus.DONE.code();
    }
}
