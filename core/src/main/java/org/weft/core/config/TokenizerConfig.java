package org.weft.core.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import org.weft.core.Records;

/** Which tokenizer a corpus is encoded with, and how one is trained. */
public record TokenizerConfig(
        @Doc(
                "bpe: train a byte-level BPE on the corpus; unigram: train SentencePiece's Unigram with a byte for what no "
                        + "piece spells; wordpiece: train BERT's, which knows no blanks and calls what it cannot spell [UNK]; file: "
                        + "a given tokenizer.json; gpt2: GPT-2's.")
        Kind kind,

        @Doc("Tokens of a trained vocabulary, special tokens included, and of bpe and unigram the 256 bytes.")
        int vocabSize,

        @Doc(
                "Path of the tokenizer.json for kind file, or of tiktoken's ranks (.tiktoken), which become one; on any Hadoop "
                        + "file system.")
        String file,

        @Doc("Where a text is cut before it is encoded; no token runs over a cut. auto: gpt2 for bpe and "
                + "unigram, of tiktoken's ranks that were published their own; gpt2, cl100k, llama3, qwen2, o200k: the published patterns of those names; whitespace: words with "
                + "the blank before them; han: as gpt2, but Chinese characters apart from other letters and at most two "
                + "of them together.")
        Pretokenizer pretokenizer,

        @Doc(
                "Unicode form that a text is brought into before it is encoded, for bpe and unigram: none, nfc, nfkc. What "
                        + "it changes, decoding does not bring back.")
        Form normalizer,

        @Doc("Whether a trained tokenizer takes capitals for small letters; wordpiece drops accents with them.")
        boolean lowercase,

        @Doc("Whether each digit of a number is a token of its own.")
        boolean splitDigits,

        @Doc(
                "Whether a blank is put before every text, so that its first word is as words within a text are; decoding takes "
                        + "it away again. For bpe and unigram; SentencePiece does so unless told otherwise.")
        boolean addPrefixSpace,

        @Doc(
                "Tokens that a trained vocabulary has beside its own special ones, such as <|im_start|>: the last ids, in this "
                        + "order. A text that spells them: corpus.split_special_tokens.")
        List<String> specialTokens,

        @Doc("How often a word's part occurs at least to become a token.")
        int minFrequency,

        @Doc(
                "Different characters that a unigram or wordpiece vocabulary spells, the most frequent ones; 0: those that "
                        + "occur min_frequency times, up to half of the vocabulary.")
        int limitAlphabet)
        implements Serializable {

    /** 256 bytes and the end of a text. */
    static final int LEAST_VOCABULARY = 257;

    /** A trained vocabulary's own special tokens for masked language models, beside those of causal ones. */
    private static final int MASKED_TOKENS = 4;

    /** What a token of Unigram's spells beside the bytes, at the least: the digits and letters of a byte's own name. */
    private static final int LEAST_PIECES = 64;

    /** Where the tokenizer comes from. */
    public enum Kind implements Word {
        BPE,
        UNIGRAM,
        WORDPIECE,
        FILE,
        GPT2
    }

    /** Patterns by which texts are cut into words. */
    public enum Pretokenizer implements Word {
        AUTO,
        GPT2,
        CL100K,
        LLAMA3,
        QWEN2,
        O200K,
        WHITESPACE,
        HAN
    }

    /** Unicode's normalization forms. */
    public enum Form implements Word {
        NONE,
        NFC,
        NFKC
    }

    /** A tokenizer of which nothing else is said. */
    public TokenizerConfig(Kind kind, int vocabSize, String file) {
        this(kind, vocabSize, file, Pretokenizer.AUTO, Form.NONE, false, false, false, List.of(), 2, 0);
    }

    static TokenizerConfig defaults() {
        return new TokenizerConfig(Kind.BPE, 8192, "");
    }

    /** The same with another value of one component. */
    public TokenizerConfig with(String component, Object value) {
        return Records.with(this, component, value);
    }

    /** Whether the vocabulary is learnt from the corpus. */
    public boolean trained() {
        return kind == Kind.BPE || kind == Kind.UNIGRAM || kind == Kind.WORDPIECE;
    }

    /** The smallest vocabulary that can be trained: of what there has to be, for a model of that direction. */
    int leastVocabulary(boolean causal) {
        int own = specialTokens.size() + (causal ? 0 : MASKED_TOKENS);
        return switch (kind) {
            case BPE -> LEAST_VOCABULARY + own;
            case UNIGRAM -> LEAST_VOCABULARY + 1 + LEAST_PIECES + own;
            case WORDPIECE -> 4 + own;
            case FILE, GPT2 -> 0;
        };
    }

    /** All keys and their values, as a configuration file has them. */
    public ObjectNode toTree() {
        return RecordBinder.toTree(this);
    }

    void validate(Problems problems) {
        problems.require(
                vocabSize >= leastVocabulary(true),
                "tokenizer.vocab_size=%d must be at least %d",
                vocabSize,
                leastVocabulary(true));
        problems.require(kind != Kind.FILE || !file.isBlank(), "tokenizer.file is not set for tokenizer.kind=file");
        problems.require(minFrequency >= 1, "tokenizer.min_frequency=%d must be at least 1", minFrequency);
        problems.require(limitAlphabet >= 0, "tokenizer.limit_alphabet=%d is negative", limitAlphabet);
        problems.require(
                specialTokens.stream().noneMatch(String::isBlank), "tokenizer.special_tokens has one that is empty");
        problems.require(
                new HashSet<>(specialTokens).size() == specialTokens.size(),
                "tokenizer.special_tokens=%s has one of them twice",
                specialTokens);
        for (String token : specialTokens) {
            problems.require(
                    kind != Kind.BPE || !isByte(token),
                    "tokenizer.special_tokens=%s is the token of a byte: write it as no text has it, such as <|%s|>",
                    token,
                    token);
        }
        validateHonoured(problems);
    }

    /** Whether a byte-level vocabulary spells a byte so: printable Latin-1, and for what is none U+0100 to U+0143. */
    private static boolean isByte(String token) {
        char c = token.isEmpty() ? 0 : token.charAt(0);
        return token.length() == 1 && (c >= '!' && c <= '~' || c >= 0xA1 && c <= 0x143 && c != 0xAD);
    }

    /** A key that the kind has no use for is a mistake of whoever set it. */
    private void validateHonoured(Problems problems) {
        boolean cut = kind != Kind.GPT2 && kind != Kind.WORDPIECE;
        refuse(problems, cut, "pretokenizer", TokenizerConfig::pretokenizer);
        refuse(problems, kind == Kind.BPE || kind == Kind.UNIGRAM, "normalizer", TokenizerConfig::normalizer);
        refuse(problems, trained(), "lowercase", TokenizerConfig::lowercase);
        refuse(problems, trained(), "split_digits", TokenizerConfig::splitDigits);
        refuse(problems, kind == Kind.BPE || kind == Kind.UNIGRAM, "add_prefix_space", TokenizerConfig::addPrefixSpace);
        refuse(problems, trained(), "special_tokens", TokenizerConfig::specialTokens);
        refuse(problems, trained(), "min_frequency", TokenizerConfig::minFrequency);
        boolean spelt = kind == Kind.UNIGRAM || kind == Kind.WORDPIECE;
        refuse(problems, spelt, "limit_alphabet", TokenizerConfig::limitAlphabet);
    }

    private void refuse(Problems problems, boolean honoured, String key, Function<TokenizerConfig, Object> value) {
        problems.require(
                honoured || value.apply(this).equals(value.apply(defaults())),
                "tokenizer.%s has no effect on tokenizer.kind=%s: leave it out",
                key,
                kind.word());
    }
}
