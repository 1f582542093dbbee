package org.weft.serve;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.ModelConfig;
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
import org.weft.tuning.finetune.ModelChat;
import org.weft.tuning.finetune.TaskModel;
import org.weft.tuning.task.Task;

/** Finds what is to be served: a checkpoint, a run's newest, or a Hugging Face directory. For one thread. */
public final class ModelLoader {
    private static final int FINGERPRINT = 12;
    private static final int CLASSIFIER_BATCH = 32;

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
     */
    public record Wish(String name, String chatTemplate, String device, int threads) {
        private ReplicaOptions replica(int trainedWith) {
            return new ReplicaOptions(device, threads == 0 ? trainedWith : threads, false, false);
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
        String name = wish.name() == null ? model.name() : wish.name();
        String sha256 = model.paramsSha256();
        String fingerprint = sha256.substring(0, Math.min(FINGERPRINT, sha256.length()));
        ReplicaOptions replica = wish.replica(config.cluster().threads());
        if (!config.finetune().generative()) {
            requireClassifier(config, model.directory());
            model.notices().forEach(notices);
            String column = config.dataset().textColumn();
            return new ClassifierModel(
                    name,
                    fingerprint,
                    () -> new TaskClassifier(TaskModel.open(model, CLASSIFIER_BATCH, replica), column));
        }
        requireCausal(config.model(), model.directory());
        TokenizerFile tokenizer = model.tokenizer();
        model.notices().forEach(notices);
        return text(name, fingerprint, tokenizer, config, () -> model.replica(replica));
    }

    private static void requireClassifier(WeftConfig config, String path) {
        TaskName task = config.finetune().task();
        boolean labels = task.head().ofSequence() && Task.of(config).hasLabels();
        if (!labels || !config.dataset().pairColumn().isEmpty()) {
            throw WeftException.usage(
                    path + " puts no labels on single texts: finetune.task=" + task.word() + " dataset.pair_column="
                            + config.dataset().pairColumn(),
                    "weft " + (task == TaskName.EMBEDDING ? "embed" : "predict") + " --checkpoint " + path
                            + " --input ... --output ...");
        }
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

    private static void requireCausal(ModelConfig model, String path) {
        if (model.encodesSource()) {
            throw WeftException.usage(
                    path + " is not served: model.architecture=" + model.architecture()
                            + " reads a text and writes another, and the server's rows go on with what they were given",
                    "weft generate --checkpoint " + path + " --prompt '...'");
        }
        if (!model.causal()) {
            throw WeftException.usage(
                    path + " continues no text and is no classifier: model.architecture=" + model.architecture()
                            + " predicts masked tokens",
                    "weft fill --checkpoint " + path + " --text '... [MASK] ...'");
        }
    }
}
