package org.weft.hub;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TokenizerFacts;

/** The tokenizer that lies with a Hugging Face model, and whether it is the model's. */
final class ForeignTokenizer {
    private ForeignTokenizer() {}

    /**
     * Reads it.
     *
     * @param vocabSize the model's
     * @param notices takes what a person should know
     * @return null where none lies there, which is told
     * @throws WeftException where it has tokens that the model has not
     */
    static TokenizerFile read(Store store, String directory, int vocabSize, List<String> notices) throws IOException {
        String path = directory + "/" + CorpusManifest.TOKENIZER_FILE;
        if (!store.exists(path)) {
            notices.add("there is no " + path + ": text needs a tokenizer");
            return null;
        }
        TokenizerFile file = TokenizerFile.foreign(store, path, notices::add);
        Map<String, Integer> ids = TokenizerFacts.ids(file);
        int largest = Collections.max(ids.values());
        if (largest >= vocabSize) {
            throw WeftException.invalidData(
                    "tokenizer and model disagree: " + path + " has ids up to " + largest + ", the model's vocab_size="
                            + vocabSize,
                    "take the tokenizer.json that was saved with the model");
        }
        if (largest + 1 < vocabSize) {
            notices.add("the vocabulary is padded: vocab_size=" + vocabSize + ", the tokenizer uses " + (largest + 1));
        }
        sayRoles(file.roles(), ids, notices);
        return file;
    }

    /** A token that is named and not there ends no text. */
    private static void sayRoles(TokenRoles roles, Map<String, Integer> ids, List<String> notices) {
        roles.texts().forEach((part, text) -> {
            if (!ids.containsKey(text)) {
                notices.add(part + "_token " + text + " is none of the tokenizer's: not taken");
            }
        });
        roles.ids().forEach((part, said) -> said.stream()
                .filter(id -> !ids.containsValue(id))
                .forEach(id -> notices.add(part + "_token_id " + id + " is none of the tokenizer's: not taken")));
    }
}
