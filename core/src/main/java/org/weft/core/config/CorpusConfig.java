package org.weft.core.config;

import java.io.Serializable;
import java.util.List;
import org.weft.core.Records;

/** What {@code prepare} reads and how it cuts it. */
public record CorpusConfig(
        @Doc("Files, directories or globs on any Hadoop file system; .gz and .bz2 are unpacked. A path that exists"
                + " is no glob.")
        List<String> input,

        @Doc("text, jsonl, or auto: .jsonl and .json (also .gz) are JSON, an object a line or one array of them, "
                + "everything else is text, but for archives and their like (.zip, .parquet, .pdf), which are refused.")
        Format format,

        @Doc("The character set of the files, such as windows-1252; all but UTF-8 are read by one task a file.")
        String encoding,

        @Doc("The key of the text in a JSON object.") String textField,

        @Doc("What is one document of a text file: paragraph (blank lines separate), line, or document (the file).")
        SampleBy sampleBy,

        @Doc("Fraction of documents, chosen by their hash, that validation keeps.")
        double valFraction,

        @Doc("Input bytes a token shard is cut for; decides the number of shards, so it is part of the corpus.")
        long shardBytes,

        @Doc("Whether special tokens that a text spells, such as <|endoftext|> or [MASK], are characters like others; "
                + "false: they are those tokens.")
        boolean splitSpecialTokens,

        @Doc("Check the checksum of every token shard before a run starts.")
        boolean verify,

        @Doc("How documents are cleaned before they are compared, counted and encoded.")
        CleanConfig clean,

        @Doc("What of people, and of secrets, is taken out of documents.")
        PrivacyConfig privacy,

        @Doc("Which documents are dropped because another one says the same.")
        DeduplicationConfig deduplicate,

        @Doc("Which documents are dropped because an evaluation says the same.")
        DecontaminationConfig decontaminate)
        implements Serializable {

    /** What files hold. */
    public enum Format implements Word {
        AUTO,
        TEXT,
        JSONL
    }

    /** What is one document of a text file. */
    public enum SampleBy implements Word {
        PARAGRAPH,
        LINE,
        DOCUMENT
    }

    static CorpusConfig defaults() {
        return new CorpusConfig(
                List.of(),
                Format.AUTO,
                "UTF-8",
                "text",
                SampleBy.PARAGRAPH,
                0.01,
                64L << 20,
                true,
                true,
                CleanConfig.defaults(),
                PrivacyConfig.defaults(),
                DeduplicationConfig.defaults(),
                DecontaminationConfig.defaults());
    }

    /** The same with other input. */
    public CorpusConfig reading(List<String> other) {
        return Records.with(this, "input", other);
    }

    void validate(Problems problems) {
        problems.require(valFraction >= 0 && valFraction < 1, "corpus.val_fraction=%s must be in [0, 1)", valFraction);
        problems.require(shardBytes >= 1 << 16, "corpus.shard_bytes=%d must be at least 65536", shardBytes);
        problems.require(Encodings.known(encoding), "corpus.encoding=%s is no character set, such as UTF-8", encoding);
        problems.require(!textField.isBlank(), "corpus.text_field is empty");
        clean.validate(problems);
        privacy.validate(problems, "corpus.privacy");
        deduplicate.validate(problems);
        decontaminate.validate(problems);
    }
}
