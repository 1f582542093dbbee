package org.weft.core.tokens;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import org.weft.core.storage.Store;

/**
 * A {@code tokenizer.json} with what the files beside it say of its tokens. Travels to executors.
 *
 * @param path for errors
 */
public record TokenizerFile(byte[] json, String path, TokenRoles roles) implements Serializable {
    /** Which files are there beside a tokenizer.json, for whoever speaks to the model; one lies in a directory there. */
    public static final List<String> COMPANIONS = List.of(
            TokenRoles.TOKENIZER_CONFIG,
            TokenRoles.GENERATION_CONFIG,
            TokenRoles.CHAT_TEMPLATE,
            TokenRoles.TOOL_TEMPLATE);

    /** A tokenizer with nothing beside it. */
    public TokenizerFile(byte[] json, String path) {
        this(json, path, TokenRoles.NONE);
    }

    /** A tokenizer whose bytes are known, with what lies beside its path. */
    public static TokenizerFile at(Store store, byte[] json, String path) throws IOException {
        return new TokenizerFile(json, path, TokenRoles.beside(store, directoryOf(path)));
    }

    /**
     * A tokenizer that comes from elsewhere, as Hugging Face's classes read it: with what the files beside it ask of it.
     * Directories of Weft's have such bytes already, and are read by {@link #at}.
     *
     * @param notices hears of each thing that the files beside it change
     */
    public static TokenizerFile foreign(Store store, String path, Consumer<String> notices) throws IOException {
        return at(store, TokenizerSettings.applied(store, directoryOf(path), store.readAll(path), path, notices), path);
    }

    /** Where it lies, and its companions. */
    public String directory() {
        return directoryOf(path);
    }

    private static String directoryOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "." : path.substring(0, slash);
    }

    /**
     * Copies the companions from one directory into another. The ids of config.json, which stays behind, go into
     * generation_config.json: Hugging Face takes them from there first.
     */
    public static void copyCompanions(Store store, String from, String to) throws IOException {
        for (String name : COMPANIONS) {
            byte[] content = name.equals(TokenRoles.GENERATION_CONFIG)
                    ? TokenRoles.generationConfig(store, from)
                    : store.exists(from + "/" + name) ? store.readAll(from + "/" + name) : null;
            if (content != null) {
                store.write(to + "/" + name, content);
            }
        }
    }
}
