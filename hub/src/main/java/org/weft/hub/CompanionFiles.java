package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TokenizerFacts;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ModelTokenizer;
import org.weft.driver.checkpoint.ReplicaLoader;

/**
 * What Hugging Face's directories have beside a model's tensors: config.json, the tokenizer with what is said of it, and what
 * sentence-transformers reads. For one thread.
 */
public final class CompanionFiles {
    private static final String TEMPLATE = "chat_template";

    private final Store store;
    private final Checkpoint checkpoint;
    private final WeftConfig config;
    private final TaskClass kind;
    private final Consumer<String> notices;

    /**
     * @param notices told what a person should know
     */
    public CompanionFiles(Store store, Checkpoint checkpoint, Consumer<String> notices) {
        this(store, checkpoint, ReplicaLoader.configOf(checkpoint), notices);
    }

    /**
     * Of a model that was made of the checkpoint's.
     *
     * @param config of it
     */
    CompanionFiles(Store store, Checkpoint checkpoint, WeftConfig config, Consumer<String> notices) {
        this.store = store;
        this.checkpoint = checkpoint;
        this.notices = notices;
        this.config = config;
        this.kind = TaskClass.of(Family.of(config.model()).hub(), config);
    }

    /**
     * Writes all of it but config.json, whose bytes it returns: that is the commit.
     *
     * @param chatTemplate how the model is to be spoken with, in Jinja; empty for what lies beside its tokenizer
     * @param format what config.json says that the tensors are of
     */
    public byte[] write(ExportDirectory directory, String chatTemplate, FloatFormat format) throws IOException {
        TokenizerFiles tokenizer = writeTokenizer(directory, chatTemplate);
        if (config.finetune().task() == TaskName.EMBEDDING) {
            for (Map.Entry<String, byte[]> file : SentenceModules.ofTuned(config)
                    .files(config.model().width())
                    .entrySet()) {
                directory.write(file.getKey(), file.getValue());
            }
        }
        ObjectNode json = HuggingFaceConfig.write(
                kind.family(), config, checkpoint.manifest().vocabSize());
        tokenizer.putIds(json);
        return Json.INDENTED.writeValueAsBytes(putType(json, format));
    }

    /** Says in PyTorch's words what a model's tensors are of. */
    static ObjectNode putType(ObjectNode config, FloatFormat format) {
        return config.put(
                "torch_dtype",
                switch (format) {
                    case F32 -> "float32";
                    case F16 -> "float16";
                    case BF16 -> "bfloat16";
                });
    }

    /** Files that the model came with go out again; otherwise they are made from tokenizer.json. */
    private TokenizerFiles writeTokenizer(ExportDirectory directory, String chatTemplate) throws IOException {
        Optional<TokenizerFile> tokenizer = tokenizer();
        String beside = beside(tokenizer);
        TokenRoles roles = tokenizer.isPresent() ? tokenizer.get().roles() : TokenRoles.beside(store, beside);
        TokenizerFiles files = new TokenizerFiles(
                config,
                tokenizer.map(TokenizerFacts::ids).orElse(Map.of()),
                roles,
                tokenizer.map(file -> TokenizerFacts.frame(file).after()).orElse(List.of()));
        if (tokenizer.isPresent()) {
            directory.write(CorpusManifest.TOKENIZER_FILE, tokenizer.get().json());
        }
        for (String name : TokenizerFile.COMPANIONS) {
            if (name.equals(TokenRoles.CHAT_TEMPLATE) && !chatTemplate.isEmpty()) {
                directory.write(name, chatTemplate.getBytes(StandardCharsets.UTF_8));
            } else if (store.exists(beside + "/" + name)
                    && (chatTemplate.isEmpty() || !name.equals(TokenRoles.TOOL_TEMPLATE))) {
                byte[] said = store.readAll(beside + "/" + name);
                directory.write(
                        name, name.equals(TokenRoles.TOKENIZER_CONFIG) ? files.completed(said, chatTemplate) : said);
            } else if (name.equals(TokenRoles.TOKENIZER_CONFIG) && tokenizer.isPresent()) {
                directory.write(name, Json.INDENTED.writeValueAsBytes(files.tokenizerConfig()));
            } else if (name.equals(TokenRoles.GENERATION_CONFIG)
                    && config.model().causal()) {
                directory.write(name, Json.INDENTED.writeValueAsBytes(files.generationConfig()));
            }
        }
        return files;
    }

    /** The directory that has what is said of the model's tokenizer, its chat template too. */
    public String tokenizerDirectory() throws IOException {
        return beside(tokenizer());
    }

    private String beside(Optional<TokenizerFile> tokenizer) {
        return tokenizer.map(TokenizerFile::directory).orElse(checkpoint.run().path());
    }

    /** The model's tokenizer; where there is none, or none any longer, that is told. */
    public Optional<TokenizerFile> tokenizer() throws IOException {
        if (checkpoint.manifest().tokenizerSha256().isEmpty()) {
            notices.accept("the model has no tokenizer: none is exported");
            return Optional.empty();
        }
        try {
            return Optional.of(ModelTokenizer.open(store, checkpoint));
        } catch (WeftException e) {
            notices.accept("no tokenizer is exported: " + e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * The model's tokenizer; empty of a model that never had one, which is told.
     *
     * @throws WeftException where it had one that is gone or another by now
     */
    public Optional<TokenizerFile> ownTokenizer() throws IOException {
        return checkpoint.manifest().tokenizerSha256().isEmpty()
                ? tokenizer()
                : Optional.of(ModelTokenizer.open(store, checkpoint));
    }

    /** The chat template that lies beside a tokenizer, of several the one called {@code default}; empty for none. */
    public static String chatTemplate(Store store, String directory) throws IOException {
        String jinja = directory + "/" + TokenRoles.CHAT_TEMPLATE;
        if (store.exists(jinja)) {
            return new String(store.readAll(jinja), StandardCharsets.UTF_8);
        }
        String path = directory + "/" + TokenRoles.TOKENIZER_CONFIG;
        if (!store.exists(path)) {
            return "";
        }
        JsonNode template =
                Json.parse(store.readAll(path), path, "mend the file").path(TEMPLATE);
        if (template.isTextual()) {
            return template.textValue();
        }
        for (JsonNode named : template) {
            if (named.path("name").asText().equals("default")) {
                return named.path("template").asText();
            }
        }
        return "";
    }
}
