package org.weft.serve;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.GenerationDefaults;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.ModelLocator;
import org.weft.hub.StoredModel;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.finetune.Embedding;
import org.weft.tuning.finetune.EmbeddingModel;
import org.weft.tuning.finetune.ModelChat;
import org.weft.tuning.finetune.TaskModel;

/** Finds what is to be served: a checkpoint, a run's newest, or a Hugging Face directory. For one thread. */
public final class ModelLoader {
    private static final int FINGERPRINT = 12;
    private static final int BATCH = 32;

    private final Store store;
    private final Wish wish;
    private final Consumer<String> notices;

    /**
     * What the person who starts the server says of it.
     *
     * @param name that clients are to call it by; null for the run's, or the directory's
     * @param chatTemplate name of a format; null for what lies beside the tokenizer
     * @param device as {@link ReplicaOptions} has it
     * @param threads 0 for as many as it was trained with
     * @param precision of matrix products
     */
    public record Wish(String name, String chatTemplate, String device, int threads, Precision precision) {
        /** In float32. */
        public Wish(String name, String chatTemplate, String device, int threads) {
            this(name, chatTemplate, device, threads, Precision.FP32);
        }

        private ReplicaOptions replica(int trainedWith) {
            int own = threads == 0 ? trainedWith : threads;
            return new ReplicaOptions(device, own, precision == Precision.BF16, false);
        }
    }

    public ModelLoader(Store store, Wish wish, Consumer<String> notices) {
        this.store = store;
        this.wish = wish;
        this.notices = notices;
    }

    /**
     * The model at a path. Its parameters are read when its replica is opened.
     *
     * @throws WeftException where there is none, or none that can be served
     */
    public ServedModel at(String path) throws IOException {
        StoredModel model = new ModelLocator(store, notices).at(path);
        WeftConfig config = model.config();
        requireOneText(config.model(), model.directory());
        if (givesVectors(model)) {
            return vectors(model);
        }
        if (!config.finetune().generative()) {
            return predictions(model);
        }
        TokenizerFile tokenizer = model.tokenizer();
        model.notices().forEach(notices);
        ReplicaOptions replica = replica(config);
        return text(name(model), fingerprint(model), tokenizer, config, () -> model.replica(replica));
    }

    private String name(StoredModel model) {
        return wish.name() == null ? model.name() : wish.name();
    }

    private static String fingerprint(StoredModel model) {
        String sha256 = model.paramsSha256();
        return sha256.substring(0, Math.min(FINGERPRINT, sha256.length()));
    }

    private ReplicaOptions replica(WeftConfig config) {
        return wish.replica(config.cluster().threads());
    }

    /** Where it was tuned to, where files of sentence-transformers beside it say so, and where it is an encoder without a head. */
    private static boolean givesVectors(StoredModel model) throws IOException {
        WeftConfig config = model.config();
        boolean vectorial = !config.model().causal() || model.sentences().pooling() != Pooling.AUTO;
        return tuned(config) || config.finetune().generative() && vectorial;
    }

    private static boolean tuned(WeftConfig config) {
        return config.finetune().task() == TaskName.EMBEDDING;
    }

    private VectorModel vectors(StoredModel model) throws IOException {
        model.notices().forEach(notices);
        Embedding how = Embedding.of(model);
        WeftConfig config = model.config();
        if (!tuned(config) && model.sentences().pooling() == Pooling.AUTO) {
            notices.accept(model.directory() + " was not tuned to give vectors: they are the mean of what it makes of a"
                    + " text's tokens");
        }
        ReplicaOptions replica = replica(config);
        return new VectorModel(
                name(model),
                fingerprint(model),
                model.vocabSize(),
                config.model().width(),
                () -> new VectorModel.OfTexts(EmbeddingModel.open(model, how, BATCH, replica)));
    }

    private PredictionModel predictions(StoredModel model) {
        model.notices().forEach(notices);
        WeftConfig config = model.config();
        ReplicaOptions replica = replica(config);
        return new PredictionModel(
                name(model),
                fingerprint(model),
                PredictionShape.of(config),
                () -> new PredictionModel.OfTask(TaskModel.open(model, BATCH, replica)));
    }

    private TextModel text(
            String name, String fingerprint, TokenizerFile found, WeftConfig config, Callable<ModelReplica> replica)
            throws IOException {
        TextTokenizer tokenizer = TextTokenizer.of(found);
        try {
            String directory = found.directory();
            String endOfText = tokenizer.decode(new int[] {tokenizer.endOfText()});
            ModelChat chat = ModelChat.of(store, config, directory, endOfText, wish.chatTemplate());
            String noChat = chat.why().isEmpty()
                    ? ""
                    : chat.why() + ": start the server with --chat-template (" + ChatFormat.keys()
                            + "), or post a prompt to /v1/completions";
            if (!chat.why().isEmpty()) {
                notices.accept("chats are answered 400, completions are served: " + chat.why());
            }
            if (chat.template()
                    .filter(own -> own.marksEnds() && own.stops().isEmpty())
                    .isPresent()) {
                notices.accept(
                        "what the chat template writes behind an answer is not known: answers end at the tokens that"
                                + " end a text, at the request's stop, or at max_tokens");
            }
            GenerationDefaults defaults = GenerationDefaults.beside(store, directory);
            if (!defaults.notice().isEmpty()) {
                notices.accept(defaults.notice());
            }
            int context = config.model().context();
            return new TextModel(name, fingerprint, tokenizer, context, defaults, chat.template(), noChat, replica);
        } catch (IOException | RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static void requireOneText(ModelConfig model, String path) {
        if (model.encodesSource()) {
            throw WeftException.usage(
                    path + " is not served: model.architecture=" + model.architecture()
                            + " reads a text and writes another, and the server's rows go on with what they were given",
                    "weft generate --checkpoint " + path + " --prompt '...'");
        }
    }
}
