package org.weft.serve;

import java.util.HashSet;
import java.util.Set;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.corpus.tokenizer.TokenSpelling;
import org.weft.engine.sampling.TokenConstraint;

/**
 * What a model's tokens spell, for texts that are to be JSON objects. Special tokens and those that end a text are no part of
 * one; a token that is a part of a character may stand within strings. Immutable.
 */
final class JsonTokens {
    private static final String OPENING = "{";

    private final String[] texts; // by id; null where a token may not be used
    private final boolean[] plain; // whether nothing in it means anything within a string

    private JsonTokens(String[] texts) {
        this.texts = texts;
        this.plain = new boolean[texts.length];
        for (int id = 0; id < texts.length; id++) {
            plain[id] = texts[id] != null && texts[id].chars().allMatch(c -> c >= ' ' && c != '"' && c != '\\');
        }
    }

    /** Decodes every token of a tokenizer, once. */
    static JsonTokens of(TextTokenizer tokenizer) {
        Set<String> special = new HashSet<>(tokenizer.specialTokens());
        TokenSpelling spelling = new TokenSpelling(tokenizer);
        String[] texts = new String[tokenizer.vocabSize()];
        for (int id = 0; id < texts.length; id++) {
            String text = tokenizer.tokens().end(id) ? "" : spelling.text(id);
            texts[id] = text.isEmpty() || special.contains(text.strip()) ? null : text;
        }
        return new JsonTokens(texts);
    }

    /** Whether any token may begin an object. */
    boolean canBegin() {
        TokenConstraint beginning = constraint();
        float[] logits = new float[texts.length];
        beginning.restrict(logits);
        for (int id = 0; id < logits.length; id++) {
            if (logits[id] == 0 && texts[id].contains(OPENING)) {
                return true;
            }
        }
        return false;
    }

    /** Of a text that is to be an object, and nothing else. */
    TokenConstraint constraint() {
        return new Constraint();
    }

    private final class Constraint implements TokenConstraint {
        private final JsonPrefix written = new JsonPrefix();
        private final JsonPrefix tried = new JsonPrefix();

        @Override
        public void restrict(float[] logits) {
            for (int id = 0; id < logits.length; id++) {
                if (id >= texts.length || texts[id] == null || !mayFollow(id)) {
                    logits[id] = Float.NEGATIVE_INFINITY;
                }
            }
        }

        private boolean mayFollow(int id) {
            if (written.inString() && plain[id]) {
                return true;
            }
            tried.set(written);
            return tried.accepts(texts[id]);
        }

        @Override
        public void take(int token) {
            if (!written.accepts(texts[token])) {
                throw new IllegalStateException("token " + token + " may not follow");
            }
        }

        @Override
        public boolean whole() {
            return written.whole();
        }
    }
}
