package org.weft.corpus.tokenizer.bpe;

import java.util.regex.Pattern;
import org.weft.core.config.TokenizerConfig.Pretokenizer;

/**
 * The patterns by which texts are cut into words before they are encoded, as their publishers write them, and as a
 * {@code tokenizer.json} has them: each match is a word, and together the matches are the text.
 */
public enum PretokenizerPattern {
    /** GPT-2's {@code encoder.py}; a {@code tokenizer.json} calls it ByteLevel with {@code use_regex}. */
    GPT2("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"),

    /** tiktoken's {@code cl100k_base}. */
    CL100K("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
            + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),

    /** Llama 3's, which is {@code cl100k_base}'s. */
    LLAMA3(CL100K.regex),

    /** Of Qwen 2, 2.5 and 3: as {@code cl100k_base}, but each digit is a word. */
    QWEN2("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
            + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),

    /** tiktoken's {@code o200k_base}. */
    O200K("[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
            + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
            + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
            + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
            + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),

    /** Runs of what is no white space, each with the blank before it. */
    WHITESPACE(" ?\\S+|\\s+(?!\\S)|\\s+"),

    /** GPT-2's with Chinese characters apart from other letters, at most two of them together. */
    HAN("\\p{Han}{1,2}|'s|'t|'re|'ve|'m|'ll|'d| ?(?:(?!\\p{Han})\\p{L})+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+"
            + "|\\s+(?!\\S)|\\s+");

    private final String regex;

    PretokenizerPattern(String regex) {
        this.regex = regex;
    }

    /**
     * The pattern of a configuration.
     *
     * @param auto what {@code auto} stands for
     */
    public static PretokenizerPattern of(Pretokenizer configured, PretokenizerPattern auto) {
        return configured == Pretokenizer.AUTO ? auto : valueOf(configured.name());
    }

    /** As a {@code tokenizer.json} writes it. */
    public String regex() {
        return regex;
    }

    /** The same in Java's words, with Unicode's white space and letters. */
    public Pattern compile() {
        return Pattern.compile("(?U)" + regex.replace("\\p{Han}", "\\p{IsHan}"));
    }
}
