package org.weft.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.weft.core.Json;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.checkpoint.Safetensors;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.WholeModel;

/**
 * Writes a checkpoint as a Hugging Face directory, a fine-tuned one as its whole model with adapters merged. The tensors of a file are a run of the flat vector, so each file is one
 * stream of it, narrowed on the way; the heap holds one piece. config.json is written last: without it a directory is no
 * model to anyone. For one thread.
 */
public final class HuggingFaceExport {
    private final Store store;
    private final Checkpoint checkpoint;
    private final Consumer<String> notices;
    private final WeftConfig config;
    private final InitialCheckpoint.Source model;
    private final ParameterLayout layout;
    private final TaskClass kind;
    private final CompanionFiles companions;
    private final Derived derived;

    /**
     * What is asked for.
     *
     * @param maxFileBytes of the tensors in one file; a larger tensor has a file of its own
     * @param chatTemplate how the model is to be spoken with, in Jinja; empty for what lies beside its tokenizer
     */
    public record Options(FloatFormat format, long maxFileBytes, String chatTemplate) {}

    /**
     * Another model that was made of the checkpoint's.
     *
     * @param config of it
     * @param layout of its parameters
     * @param parameters all of them
     * @param files that say what was done, by their names in the directory
     */
    public record Derived(
            WeftConfig config,
            ParameterLayout layout,
            InitialCheckpoint.Source parameters,
            Map<String, byte[]> files) {}

    /**
     * @param notices told what a person should know
     */
    public HuggingFaceExport(Store store, Checkpoint checkpoint, Consumer<String> notices) throws IOException {
        this(store, checkpoint, null, notices);
    }

    /**
     * Of a model that is none of a checkpoint: no record says that it is.
     *
     * @param checkpoint that it was made of, whose tokenizer and whatever else lies beside a model it has
     * @param derived null for the checkpoint's own
     * @param notices told what a person should know
     */
    public HuggingFaceExport(Store store, Checkpoint checkpoint, Derived derived, Consumer<String> notices)
            throws IOException {
        this.store = store;
        this.checkpoint = checkpoint;
        this.derived = derived;
        this.notices = notices;
        if (derived == null) {
            WholeModel whole = WholeModel.open(store, checkpoint);
            this.config = ReplicaLoader.configOf(checkpoint);
            this.model = whole;
            this.layout = whole.layout();
        } else {
            this.config = derived.config();
            this.model = derived.parameters();
            this.layout = derived.layout();
        }
        this.kind = TaskClass.of(Family.of(config.model()).hub(), config);
        this.companions = new CompanionFiles(store, checkpoint, config, notices);
    }

    /**
     * Writes the directory, which must be empty or not there; where anything goes wrong, what was written goes again.
     *
     * @return names of the files of tensors
     */
    public List<String> write(String directory, Options options) throws IOException {
        ExportDirectory target = ExportDirectory.require(store, directory);
        if (!kind.isKnownElsewhere(config.model())) {
            notices.accept("transformers has no class " + kind.name(config.model())
                    + ": Weft reads what is exported, and transformers what is below the task's head");
        }
        try {
            List<List<Parameter>> files = cut(options);
            List<String> names = new ArrayList<>();
            for (int file = 0; file < files.size(); file++) {
                names.add(
                        files.size() == 1
                                ? TensorFiles.SINGLE
                                : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", file + 1, files.size()));
                writeTensors(target, names.get(file), files.get(file), options.format());
            }
            if (files.size() > 1) {
                writeIndex(target, names, files, options.format());
            }
            byte[] last = companions.write(target, options.chatTemplate(), options.format());
            finish(target, options, last);
            return names;
        } catch (IOException | RuntimeException e) {
            target.restore(e);
            throw e;
        }
    }

    /** config.json is the commit. */
    private void finish(ExportDirectory target, Options options, byte[] last) throws IOException {
        if (derived == null) {
            ExportRecord.write(store, checkpoint, ExportRecord.Form.of(options), target, HuggingFaceConfig.FILE, last);
            return;
        }
        for (Map.Entry<String, byte[]> file : derived.files().entrySet()) {
            target.write(file.getKey(), file.getValue());
        }
        target.write(HuggingFaceConfig.FILE, last);
    }

    /** How many parameters are written: of adapters those of the whole model that they are merged into. */
    public long parameters() {
        return layout.size();
    }

    /** The parameters of each file: as many as fit, in the vector's order. */
    private List<List<Parameter>> cut(Options options) {
        List<List<Parameter>> files = new ArrayList<>();
        long bytes = 0;
        for (Parameter parameter : layout.parameters()) {
            long size = parameter.size() * options.format().bytes();
            if (files.isEmpty() || bytes + size > options.maxFileBytes()) {
                files.add(new ArrayList<>());
                bytes = 0;
            }
            files.get(files.size() - 1).add(parameter);
            bytes += size;
        }
        return files;
    }

    private void writeTensors(ExportDirectory target, String name, List<Parameter> parameters, FloatFormat format)
            throws IOException {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            shapes.put(
                    kind.toForeign(parameter.name()),
                    parameter.shape().stream().map(Integer::longValue).toList());
        }
        long offset = parameters.get(0).offset();
        long length = parameters.get(parameters.size() - 1).end() - offset;
        target.write(name, out -> {
            Safetensors.of(Map.of("format", "pt"), format, shapes).writeHeader(out);
            model.read(offset, length, (at, bytes) -> {
                requireRange(at, bytes, format);
                ByteBuffer narrow = ByteBuffer.allocate(bytes.remaining() / Float.BYTES * format.bytes())
                        .order(ByteOrder.LITTLE_ENDIAN);
                format.encode(bytes, narrow);
                out.write(narrow.array());
            });
        });
    }

    /** A number that becomes infinite would only show when the model speaks nonsense. */
    private void requireRange(long offset, ByteBuffer bytes, FloatFormat format) {
        for (int i = 0; i < bytes.remaining() / Float.BYTES; i++) {
            int bits = bytes.getInt(bytes.position() + i * Float.BYTES);
            if (format.overflows(bits)) {
                long at = offset + i;
                Parameter parameter = layout.parameters().stream()
                        .filter(candidate -> at < candidate.end())
                        .findFirst()
                        .orElseThrow();
                throw FiniteNumbers.beyond(
                        format,
                        parameter.name(),
                        at - parameter.offset(),
                        Float.intBitsToFloat(bits),
                        "export with --dtype bf16 or f32");
            }
        }
    }

    private void writeIndex(ExportDirectory target, List<String> names, List<List<Parameter>> files, FloatFormat format)
            throws IOException {
        ObjectNode json = Json.INDENTED.createObjectNode();
        json.putObject("metadata").put("total_size", layout.size() * format.bytes());
        ObjectNode map = json.putObject("weight_map");
        for (int file = 0; file < files.size(); file++) {
            for (Parameter parameter : files.get(file)) {
                map.put(kind.toForeign(parameter.name()), names.get(file));
            }
        }
        target.write(TensorFiles.INDEX, Json.INDENTED.writeValueAsBytes(json));
    }
}
