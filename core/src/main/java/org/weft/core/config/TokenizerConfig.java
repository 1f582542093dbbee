package org.weft.core.config;

import java.io.Serializable;
import java.util.Set;

/** Which tokenizer a corpus is encoded with. */
public record TokenizerConfig(
        @Doc("bpe: train a byte-level BPE on the corpus; file: a given tokenizer.json; gpt2: GPT-2's.")
        String kind,

        @Doc("Vocabulary of a trained BPE, the 256 bytes and <|endoftext|> included.")
        int vocabSize,

        @Doc("Path of the tokenizer.json for kind file, on any Hadoop file system.")
        String file)
        implements Serializable {

    private static final Set<String> KINDS = Set.of("bpe", "file", "gpt2");

    static TokenizerConfig defaults() {
        return new TokenizerConfig("bpe", 8192, "");
    }

    void validate(Problems problems) {
        problems.require(KINDS.contains(kind), "tokenizer.kind=%s must be one of bpe, file, gpt2", kind);
        problems.require(
                !kind.equals("bpe") || vocabSize >= 257, "tokenizer.vocab_size=%d must be at least 257", vocabSize);
        problems.require(!kind.equals("file") || !file.isBlank(), "tokenizer.file is not set for tokenizer.kind=file");
    }
}
