package org.weft.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.model.Adaptation;
import org.weft.core.model.Family;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.WholeModel;

/**
 * Where the float32 numbers of a model are read that is to be quantised, and what lies beside them. For one thread; holds files open
 * until closed.
 */
abstract class QuantizedSource implements AutoCloseable {
    /** What a model's directory has beside its tensors, by the ends of the names. */
    private static final List<String> COMPANIONS = List.of(".json", ".txt", ".jinja", ".model");

    /** What another than the model's own directory would have to say. */
    private static final Set<String> OWN = Set.of(HuggingFaceConfig.FILE, TensorFiles.INDEX, ExportRecord.FILE);

    /** All of its parameters. */
    abstract FloatModel floats();

    /**
     * Writes what lies beside the tensors, but for config.json, which it returns.
     *
     * @param format what config.json says that floats are of
     */
    abstract ObjectNode companions(ExportDirectory target, FloatFormat format) throws IOException;

    @Override
    public void close() throws IOException {}

    /**
     * Of a model where it lies.
     *
     * @param chatTemplate what goes out instead of the one beside a checkpoint's tokenizer; empty for that one
     * @throws WeftException where it is quantised already, or an adapter that nobody merged yet
     */
    static QuantizedSource of(Store store, StoredModel model, String chatTemplate, Consumer<String> notices)
            throws IOException {
        Optional<Checkpoint> checkpoint = model.checkpoint();
        return checkpoint.isPresent()
                ? new OfCheckpoint(store, checkpoint.get(), chatTemplate, notices)
                : new OfDirectory(store, model.directory(), notices);
    }

    /** Of a checkpoint, its adapters merged. */
    private static final class OfCheckpoint extends QuantizedSource {
        private final FloatModel floats;
        private final CompanionFiles companions;
        private final String chatTemplate;

        OfCheckpoint(Store store, Checkpoint checkpoint, String chatTemplate, Consumer<String> notices)
                throws IOException {
            ModelShape shape = ReplicaLoader.shapeOf(checkpoint);
            Adaptation whole = Adaptation.whole(shape.adaptation().head());
            floats = new FloatModel(
                    new ModelShape(shape.config(), shape.vocabSize(), whole),
                    TaskClass.of(Family.of(shape.config()).hub(), ReplicaLoader.configOf(checkpoint)),
                    WholeModel.open(store, checkpoint));
            companions = new CompanionFiles(store, checkpoint, notices);
            this.chatTemplate = chatTemplate;
        }

        @Override
        FloatModel floats() {
            return floats;
        }

        @Override
        ObjectNode companions(ExportDirectory target, FloatFormat format) throws IOException {
            return (ObjectNode) Json.INDENTED.readTree(companions.write(target, chatTemplate, format));
        }
    }

    /** Of a Hugging Face directory. */
    private static final class OfDirectory extends QuantizedSource {
        private final Store store;
        private final String directory;
        private final ObjectNode config;
        private final HuggingFaceModel model;
        private final FloatModel floats;

        OfDirectory(Store store, String named, Consumer<String> notices) throws IOException {
            this.store = store;
            ModelPath path = ModelPath.of(store, named);
            if (!path.adapter().isEmpty()) {
                throw WeftException.usage(
                        named + " is an adapter over its base: what is added to whole numbers is none",
                        "merge them first: weft import " + named + " --to DIR, and quantise DIR");
            }
            directory = path.base();
            config = (ObjectNode) HuggingFaceModel.readConfig(store, directory);
            if (Json.isGiven(config.path(HubQuantization.KEY))) {
                throw WeftException.usage(
                        directory + " is quantised already: its config.json has " + HubQuantization.KEY,
                        "quantise the model that it was made of");
            }
            model = HuggingFaceModel.open(store, directory);
            try {
                floats = model.floats();
                model.notices().forEach(notices);
            } catch (IOException | RuntimeException e) {
                model.close();
                throw e;
            }
        }

        @Override
        FloatModel floats() {
            return floats;
        }

        @Override
        ObjectNode companions(ExportDirectory target, FloatFormat format) throws IOException {
            for (Store.Entry entry : store.list(directory)) {
                if (!entry.directory() && isCompanion(entry.name())) {
                    target.write(entry.name(), store.readAll(entry.path()));
                }
            }
            for (String folder : List.of("1_Pooling", "2_Normalize", "additional_chat_templates")) {
                String path = directory + "/" + folder;
                for (Store.Entry entry : store.exists(path) ? store.list(path) : List.<Store.Entry>of()) {
                    if (!entry.directory() && !entry.name().startsWith(".")) {
                        target.write(folder + "/" + entry.name(), store.readAll(entry.path()));
                    }
                }
            }
            config.remove("dtype");
            return CompanionFiles.putType(config, format);
        }

        private static boolean isCompanion(String name) {
            return !name.startsWith(".")
                    && !OWN.contains(name)
                    && COMPANIONS.stream().anyMatch(name::endsWith);
        }

        @Override
        public void close() throws IOException {
            model.close();
        }
    }
}
