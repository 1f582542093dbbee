package org.weft.hub.gguf;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.WholeModel;
import org.weft.hub.CompanionFiles;
import org.weft.hub.ExportDirectory;
import org.weft.hub.ExportRecord;

/**
 * Writes a checkpoint's model, adapters merged, as {@code model.gguf} for llama.cpp. A tensor is read in pieces and written as it
 * comes; one whose rows stand in another order is in memory by itself. For one thread.
 */
public final class GgufExport {
    public static final String FILE = "model.gguf";

    private static final int QUANTIZATION_VERSION = 2;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8; // as virtual machines have it

    private final Store store;
    private final Checkpoint checkpoint;
    private final Consumer<String> notices;
    private final WeftConfig config;
    private final ModelShape shape;
    private final WholeModel model;
    private final GgufFamily family;
    private final CompanionFiles companions;

    /**
     * @param notices told what a person should know
     * @throws WeftException of a model that llama.cpp does not have, or has in another way
     */
    public GgufExport(Store store, Checkpoint checkpoint, Consumer<String> notices) throws IOException {
        this.store = store;
        this.checkpoint = checkpoint;
        this.notices = notices;
        this.config = ReplicaLoader.configOf(checkpoint);
        this.shape = ReplicaLoader.shapeOf(checkpoint);
        this.family = GgufFamily.of(shape);
        this.model = WholeModel.open(store, checkpoint);
        this.companions = new CompanionFiles(store, checkpoint, notices);
    }

    static WeftException refused(String what) {
        return WeftException.usage(
                "--format gguf does not write " + what,
                "leave --format out: a Hugging Face directory holds every model");
    }

    /**
     * Writes the directory, which must be empty or not there; where anything goes wrong, what was written goes again.
     *
     * @param type of the matrices; vectors, norms and positions stay float32
     * @param chatTemplate how the model is to be spoken with, in Jinja; empty for what lies beside its tokenizer
     * @return names of the files of tensors
     */
    public List<String> write(String directory, GgufType type, String chatTemplate) throws IOException {
        List<GgufFormat.Stored> tensors = typed(type);
        GgufMetadata metadata = metadata(type, chatTemplate);
        family.differences(config.model()).forEach(notices);
        ExportDirectory target = ExportDirectory.require(store, directory);
        try {
            target.write(FILE, out -> {
                out.write(GgufFormat.header(metadata, tensors));
                for (GgufFormat.Stored stored : tensors) {
                    writeTensor(stored, out);
                }
            });
            ExportRecord.write(store, checkpoint, new ExportRecord.Form(ExportRecord.GGUF, type.word(), 0), target);
            return List.of(FILE);
        } catch (IOException | RuntimeException | Error e) {
            target.restore(e);
            throw e;
        }
    }

    /** How many parameters are written. */
    public long parameters() {
        return model.layout().size();
    }

    private GgufMetadata metadata(GgufType type, String chatTemplate) throws IOException {
        GgufMetadata metadata = new GgufMetadata()
                .put("general.architecture", family.architecture())
                .put("general.type", "model")
                .put("general.name", config.run().name())
                .put("general.file_type", type.fileCode())
                .put("general.quantization_version", QUANTIZATION_VERSION);
        family.put(metadata, shape);
        Optional<TokenizerFile> tokenizer = companions.ownTokenizer();
        if (tokenizer.isPresent()) {
            String template = chatTemplate.isEmpty()
                    ? CompanionFiles.chatTemplate(store, tokenizer.get().directory())
                    : chatTemplate;
            new GgufTokenizer(tokenizer.get(), notices).put(metadata, shape.vocabSize(), template);
        } else {
            metadata.put("tokenizer.ggml.model", "none"); // Ids in, ids out.
        }
        return metadata;
    }

    /** Every tensor with its type: what is no matrix of products is float32, and rows that have no whole blocks are float16. */
    private List<GgufFormat.Stored> typed(GgufType type) {
        List<GgufFormat.Stored> tensors = new ArrayList<>();
        List<String> halves = new ArrayList<>();
        for (GgufTensor tensor : family.tensors(config.model(), model.layout())) {
            boolean matrix = tensor.shape().size() == 2
                    && tensor.name().endsWith(GgufFamily.WEIGHT)
                    && !tensor.name().startsWith("position_embd");
            if (!tensor.same() && tensor.elements() > LARGEST_ARRAY) {
                throw refused("a tensor of more than " + LARGEST_ARRAY + " numbers whose rows stand in another order: "
                        + tensor.name());
            }
            boolean whole = tensor.columns() % type.blockElements() == 0;
            if (matrix && !whole) {
                halves.add(tensor.name());
            }
            GgufType own = matrix ? whole ? type : GgufType.F16 : GgufType.F32;
            tensors.add(new GgufFormat.Stored(tensor, own));
        }
        if (!halves.isEmpty()) {
            notices.accept(halves.size() + " of " + tensors.size()
                    + " tensors stay float16, for their rows have no whole blocks of " + type.blockElements() + ": "
                    + halves.get(0) + (halves.size() > 1 ? ", …" : ""));
        }
        return tensors;
    }

    private void writeTensor(GgufFormat.Stored stored, OutputStream file) throws IOException {
        GgufTensor tensor = stored.tensor();
        NumberOutput out = new NumberOutput(stored.type(), tensor.name(), file);
        if (tensor.source() == null) {
            for (float element : tensor.computed()) {
                out.put(element);
            }
        } else if (tensor.same()) {
            model.read(tensor.source().offset(), tensor.source().size(), (at, bytes) -> {
                for (int i = bytes.position(); i < bytes.limit(); i += Float.BYTES) {
                    float x = bytes.getFloat(i);
                    out.put(tensor.added() == 0 ? x : x + tensor.added()); // -0 stays
                }
            });
        } else {
            reordered(tensor, out);
        }
        out.finish();
        file.write(new byte[GgufFormat.padding(stored.bytes())]);
    }

    private void reordered(GgufTensor tensor, NumberOutput out) throws IOException {
        float[] all = new float[Math.toIntExact(tensor.elements())];
        long offset = tensor.source().offset();
        model.read(offset, all.length, (at, bytes) -> {
            int first = (int) (at - offset);
            for (int i = bytes.position(); i < bytes.limit(); i += Float.BYTES) {
                all[first + (i - bytes.position()) / Float.BYTES] = bytes.getFloat(i);
            }
        });
        List<Integer> shape = tensor.shape();
        int columns = shape.size() == 1 ? 1 : shape.get(1);
        for (int row = 0; row < shape.get(0); row++) {
            for (int column = 0; column < columns; column++) {
                out.put(all[(int) tensor.sourceIndex(row, column)]);
            }
        }
    }
}
