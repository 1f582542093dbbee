package org.weft.core.config;

import java.io.Serializable;

/** Which tokenizer a corpus is encoded with. */
public record TokenizerConfig(
        @Doc("bpe: train a byte-level BPE on the corpus; file: a given tokenizer.json; gpt2: GPT-2's.")
        Kind kind,

        @Doc("Vocabulary of a trained BPE, the 256 bytes and <|endoftext|> included, for bert [PAD] [CLS] [SEP] [MASK] "
                + "too.")
        int vocabSize,

        @Doc("Path of the tokenizer.json for kind file, on any Hadoop file system.")
        String file)
        implements Serializable {

    /** 256 bytes and the end of a text. */
    static final int LEAST_VOCABULARY = 257;

    /** The special tokens of masked language models beside. */
    static final int LEAST_MASKED_VOCABULARY = LEAST_VOCABULARY + 4;

    /** Where the tokenizer comes from. */
    public enum Kind implements Word {
        BPE,
        FILE,
        GPT2
    }

    static TokenizerConfig defaults() {
        return new TokenizerConfig(Kind.BPE, 8192, "");
    }

    void validate(Problems problems) {
        problems.require(
                kind != Kind.BPE || vocabSize >= LEAST_VOCABULARY,
                "tokenizer.vocab_size=%d must be at least %d",
                vocabSize,
                LEAST_VOCABULARY);
        problems.require(kind != Kind.FILE || !file.isBlank(), "tokenizer.file is not set for tokenizer.kind=file");
    }
}
