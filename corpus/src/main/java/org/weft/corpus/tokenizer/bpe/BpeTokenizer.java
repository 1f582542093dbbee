package org.weft.corpus.tokenizer.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * UTF-8 to the ids of a byte-level BPE, the same as Hugging Face's library has for the same {@code tokenizer.json}. Safe for
 * use by many threads, each of which encodes with an encoder of its own, 2.3 MiB, that waits for the next one afterwards.
 */
public final class BpeTokenizer {
    private final ByteLevelBpe bpe;
    private final Queue<BpeEncoder> idle = new ConcurrentLinkedQueue<>();

    private BpeTokenizer(ByteLevelBpe bpe) {
        this.bpe = bpe;
    }

    /**
     * A tokenizer out of its file.
     *
     * @param tokenizerJson the tree of a {@code tokenizer.json}
     * @throws UnsupportedTokenizerException where the file has anything that is not understood in full
     */
    public static BpeTokenizer of(JsonNode tokenizerJson) throws UnsupportedTokenizerException {
        return new BpeTokenizer(new BpeFile(tokenizerJson).read());
    }

    /**
     * Encodes a text.
     *
     * @param text UTF-8
     * @param splitSpecialTokens whether special tokens that the text spells are characters like others
     */
    public void encode(byte[] text, boolean splitSpecialTokens, TokenSink sink) throws IOException {
        BpeEncoder encoder = idle.poll();
        if (encoder == null) {
            encoder = new BpeEncoder(bpe);
        }
        encoder.encode(text, splitSpecialTokens ? bpe.ordinary() : bpe.all(), sink);
        idle.add(encoder);
    }
}
