package org.weft.trainer.commands;

import java.io.IOException;
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
import org.weft.hub.CompanionFiles;
import org.weft.hub.HuggingFaceExport;
import org.weft.hub.PeftExport;
import org.weft.hub.gguf.GgufExport;
import org.weft.hub.gguf.GgufType;
import org.weft.hub.onnx.OnnxExport;
import org.weft.hub.onnx.OnnxType;
import org.weft.trainer.card.ModelCard;
import org.weft.tuning.finetune.LearntTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code export}: a checkpoint as others read models. */
@Command(
        name = "export",
        description = "Write a checkpoint as a Hugging Face directory, as GGUF for llama.cpp, or as ONNX.",
        mixinStandardHelpOptions = true)
public final class ExportCommand implements Callable<Integer> {
    static final long MAX_SHARD_BYTES = 5_000_000_000L;

    /** What is written. */
    enum Format {
        HUGGINGFACE,
        GGUF,
        ONNX
    }

    @Mixin
    private FileOptions options;

    @Mixin
    private CheckpointOption path;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "DIR",
            description = "The directory to write; must be empty or not there.")
    private String to;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "huggingface",
            description =
                    "huggingface: a directory that transformers reads; gguf: model.gguf for llama.cpp; onnx: a directory"
                            + " with model.onnx, as Optimum has it, for ONNX Runtime; default ${DEFAULT-VALUE}.")
    private Format format;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description =
                    "What gguf and onnx store matrices in: gguf f32, f16, q8_0 or q4_0, default f16; onnx f32 or int8,"
                            + " default f32.")
    private String type;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "huggingface: f32, f16 or bf16, rounded to the nearest; default f32.")
    private FloatFormat dtype;

    @Option(
            names = "--max-shard-bytes",
            paramLabel = "N",
            description = "huggingface: bytes of tensors in one file; default 5000000000.")
    private Long maxShardBytes;

    @Option(
            names = "--adapter",
            description =
                    "The adapters that finetune.method=lora learned and the task's head, as PEFT has them, without"
                            + " the base: adapter_config.json and adapter_model.safetensors in float32.")
    private boolean adapter;

    @Override
    public Integer call() throws Exception {
        requireHonoured();
        Progress progress = Progress.onStderr();
        try (FileAccess files = options.open()) {
            Store store = files.store();
            Checkpoint checkpoint = path.resolve(store);
            if (adapter) {
                return adapter(store, checkpoint, progress);
            }
            return switch (format) {
                case HUGGINGFACE -> huggingFace(store, checkpoint, progress);
                case GGUF -> gguf(store, checkpoint, progress);
                case ONNX -> onnx(store, checkpoint, progress);
            };
        }
    }

    private void requireHonoured() {
        if (maxShardBytes != null && maxShardBytes < 1) {
            throw WeftException.usage("--max-shard-bytes " + maxShardBytes + " must be at least 1", "");
        }
        boolean pieces = maxShardBytes != null && maxShardBytes != MAX_SHARD_BYTES;
        if (adapter && (dtype != null && dtype != FloatFormat.F32 || pieces)) {
            throw WeftException.usage(
                    "--adapter with --dtype or --max-shard-bytes: adapters are one file of float32", "leave these out");
        }
        String named = "--format " + format.name().toLowerCase(Locale.ROOT);
        if (format == Format.HUGGINGFACE && type != null) {
            throw WeftException.usage("--type " + type + " is not of " + named, "say --dtype f32, f16 or bf16");
        }
        if (format != Format.HUGGINGFACE && (dtype != null || maxShardBytes != null || adapter)) {
            throw WeftException.usage(
                    named + " with --dtype, --max-shard-bytes or --adapter: these are of --format huggingface",
                    "leave them out; --type says what matrices are stored in");
        }
    }

    private int adapter(Store store, Checkpoint checkpoint, Progress progress) throws IOException {
        PeftExport export = new PeftExport(store, checkpoint);
        WeftConfig config = ReplicaLoader.configOf(checkpoint);
        String beside = new CompanionFiles(store, checkpoint, line -> {}).tokenizerDirectory();
        if (!LearntTemplate.of(store, config, beside).isEmpty()) {
            progress.say("an adapter leaves its base's chat template as it is, and this one learnt another:"
                    + " finetune.chat_template="
                    + config.finetune().chatTemplate().word()
                    + "; export without --adapter writes it");
        }
        return print(checkpoint, export.write(to), "f32", export.parameters());
    }

    private int huggingFace(Store store, Checkpoint checkpoint, Progress progress) throws IOException {
        HuggingFaceExport export = new HuggingFaceExport(store, checkpoint, progress::say);
        FloatFormat stored = dtype == null ? FloatFormat.F32 : dtype;
        long pieces = maxShardBytes == null ? MAX_SHARD_BYTES : maxShardBytes;
        String template = template(store, checkpoint, progress);
        String storedIn = stored.name().toLowerCase(Locale.ROOT);
        ModelCard card = ModelCard.of(store, checkpoint, export.parameters(), storedIn, progress::say);
        List<String> written = export.write(to, new HuggingFaceExport.Options(stored, pieces, template));
        card.write(store, to);
        return print(checkpoint, written, storedIn, export.parameters());
    }

    private int gguf(Store store, Checkpoint checkpoint, Progress progress) throws IOException {
        GgufType stored = stored(GgufType.class, GgufType.F16);
        GgufExport export = new GgufExport(store, checkpoint, progress::say);
        List<String> written = export.write(to, stored, template(store, checkpoint, progress));
        return print(checkpoint, written, stored.word(), export.parameters());
    }

    private int onnx(Store store, Checkpoint checkpoint, Progress progress) throws IOException {
        OnnxType stored = stored(OnnxType.class, OnnxType.F32);
        OnnxExport export = new OnnxExport(store, checkpoint, progress::say);
        List<String> written = export.write(to, stored, template(store, checkpoint, progress));
        return print(checkpoint, written, stored.word(), export.parameters());
    }

    /** The word of {@code --type}, of the types that a format has. */
    private <T extends Enum<T>> T stored(Class<T> types, T orElse) {
        if (type == null) {
            return orElse;
        }
        for (T known : types.getEnumConstants()) {
            if (known.name().equalsIgnoreCase(type)) {
                return known;
            }
        }
        throw WeftException.usage(
                "--type " + type + " is not of --format " + format.name().toLowerCase(Locale.ROOT),
                "say one of "
                        + String.join(
                                ", ",
                                List.of(types.getEnumConstants()).stream()
                                        .map(known -> known.name().toLowerCase(Locale.ROOT))
                                        .toList()));
    }

    static String template(Store store, Checkpoint checkpoint, Progress progress) throws IOException {
        WeftConfig config = ReplicaLoader.configOf(checkpoint);
        String beside = new CompanionFiles(store, checkpoint, line -> {}).tokenizerDirectory();
        String template = LearntTemplate.of(store, config, beside);
        if (template.contains("strftime_now")) {
            progress.say(
                    "the exported chat template writes the day on which it is used; what was learnt has finetune.chat_date="
                            + config.finetune().chatDate());
        }
        return template;
    }

    private int print(Checkpoint checkpoint, List<String> written, String stored, long parameters) {
        new Summary("export")
                .put("checkpoint", checkpoint.directory())
                .put("directory", to)
                .put("files", written.size())
                .put("dtype", stored)
                .put("parameters", parameters)
                .put("params_sha256", checkpoint.manifest().paramsSha256())
                .print();
        return ExitStatus.DONE.code();
    }
}
