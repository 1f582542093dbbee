package org.weft.trainer.finetune;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.corpus.CorpusManifest;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;
import org.weft.trainer.chat.ChatFormat;
import org.weft.trainer.chat.ChatTemplate;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.CheckpointResolver;
import org.weft.trainer.checkpoint.ModelTokenizer;
import org.weft.trainer.checkpoint.ReplicaLoader;
import org.weft.trainer.huggingface.HuggingFaceModel;

/**
 * The model that is fine-tuned: of a Hugging Face directory, a checkpoint, or a run's newest. For one thread.
 *
 * @param from as the user named it
 * @param checkpoint null while it is a Hugging Face directory that was not imported
 * @param model its architecture
 * @param vocabSize V
 * @param tokenizer the bytes of its tokenizer.json
 */
public record BaseModel(String from, Checkpoint checkpoint, ModelConfig model, int vocabSize, byte[] tokenizer) {
    /** What stands beside a tokenizer and goes with the model. */
    private static final List<String> COMPANIONS = List.of("tokenizer_config.json", "generation_config.json");

    /**
     * Finds and reads the model, all but its parameters.
     *
     * @throws WeftException where there is none, it has no tokenizer, or only adapters of it are there
     */
    public static BaseModel open(Store store, String from, Consumer<String> notices) throws IOException {
        return HuggingFaceModel.isAt(store, from) ? ofHuggingFace(store, from) : ofWeft(store, from, notices);
    }

    private static BaseModel ofHuggingFace(Store store, String from) throws IOException {
        try (HuggingFaceModel foreign = HuggingFaceModel.open(store, from)) {
            String path = from + "/" + CorpusManifest.TOKENIZER_FILE;
            if (!store.exists(path)) {
                throw WeftException.invalidData(
                        "there is no " + path + ": examples cannot be tokenized",
                        "take the tokenizer.json that was saved with the model");
            }
            return new BaseModel(from, null, foreign.configIn(from).model(), foreign.vocabSize(), store.readAll(path));
        }
    }

    private static BaseModel ofWeft(Store store, String from, Consumer<String> notices) throws IOException {
        Checkpoint checkpoint = new CheckpointResolver(store, notices).at(from);
        WeftConfig config = ReplicaLoader.configOf(checkpoint);
        FinetuneConfig before = config.finetune();
        if (before.active() && (before.lora() || before.frozenLayers() != 0)) {
            throw WeftException.usage(
                    checkpoint.directory() + " holds only the part of a model that was fine-tuned (finetune.method="
                            + before.method() + ", frozen_layers=" + before.frozenLayers() + ")",
                    "export it first: weft export merges the whole model into a Hugging Face directory");
        }
        return new BaseModel(
                from,
                checkpoint,
                config.model(),
                checkpoint.manifest().vocabSize(),
                ModelTokenizer.of(store, checkpoint).json());
    }

    /**
     * The model as a checkpoint; a Hugging Face directory is imported.
     *
     * @param directory where to import it to; what is there goes
     */
    Checkpoint imported(Store store, String directory, Consumer<String> notices) throws IOException {
        if (checkpoint != null) {
            return checkpoint;
        }
        store.delete(directory);
        try (HuggingFaceModel foreign = HuggingFaceModel.open(store, from)) {
            Checkpoint written = foreign.writeTo(directory);
            foreign.notices().forEach(notices);
            return written;
        }
    }

    /** The configuration with the chat template that lies beside the model's tokenizer, where it asks for that. */
    public WeftConfig withChatTemplate(Store store, WeftConfig config) throws IOException {
        if (!config.finetune().chatTemplate().equals("auto")) {
            return config;
        }
        String beside = checkpoint == null ? from : ModelTokenizer.runDirectory(checkpoint.directory());
        ChatFormat format = ChatTemplate.beside(store, beside).orElse(ChatFormat.PLAIN);
        return config.withFinetune(config.finetune().withChatTemplate(format.key()));
    }

    /** Puts the tokenizer, and what stands beside it, into a run's directory: the fine-tuned model speaks it too. */
    void copyTokenizer(Store store, String runDir) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(CorpusManifest.TOKENIZER_FILE, tokenizer);
        String beside = checkpoint == null ? from : ModelTokenizer.runDirectory(checkpoint.directory());
        for (String name : COMPANIONS) {
            if (store.exists(beside + "/" + name)) {
                files.put(name, store.readAll(beside + "/" + name));
            }
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            try (AtomicOutput out = store.create(runDir + "/" + file.getKey())) {
                out.write(file.getValue());
                out.commit();
            }
        }
    }
}
