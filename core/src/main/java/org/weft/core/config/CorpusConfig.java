package org.weft.core.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.core.Records;

/** What {@code prepare} reads and how it cuts it. */
public record CorpusConfig(
        @Doc(
                "Files, directories or globs on any Hadoop file system; .gz, .bz2 and .zst are unpacked. A path that exists is no"
                        + " glob. With format=table: the names of tables.")
        List<String> input,

        @Doc(
                "Several sources, each with token shards of its own, instead of corpus.input; what is said of files is then said"
                        + " of each.")
        List<SourceConfig> sources,

        @Doc(
                "auto, or what all files are whatever their names: text, jsonl (an object a line or one array of them), csv, tsv,"
                        + " parquet, html (its main text), warc (the main text of its pages), table (of Spark's catalogue). auto goes"
                        + " by the names: .jsonl, .ndjson and .json, .csv, .tsv and .tab, .parquet, .html, .htm and .xhtml, .warc and"
                        + " .wet, also under .gz and its like; archives (.zip, .pdf) are refused, everything else is text.")
        Format format,

        @Doc("The character set of the files, such as windows-1252; all but UTF-8 are read by one task a file.")
        String encoding,

        @Doc("The key of the text in a JSON object, and the column of the text in CSV, Parquet and tables.")
        String textField,

        @Doc(
                "The key or column of what identifies a document; empty: nothing does. Of two documents of one id that differ, one"
                        + " is a bad record.")
        String idField,

        @Doc("What is one document of a text file: paragraph (blank lines separate), line, or document (the file).")
        SampleBy sampleBy,

        @Doc(
                "The largest fraction of a source's records that may be bad. Such records are left out, counted, and shown in"
                        + " bad-records.jsonl beside the corpus with file, position and cause; with 0 the first ends prepare.")
        double maxBadFraction,

        @Doc(
                "Keep the documents as they were read and cleaned beside the corpus, packed: the next prepare reads those files"
                        + " anew that changed, and no others.")
        boolean keepDocuments,

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
        AUTO(Setting.values()),
        TEXT(Setting.ENCODING, Setting.SAMPLE_BY),
        JSONL(Setting.ENCODING, Setting.TEXT_FIELD, Setting.ID_FIELD),
        CSV(Setting.ENCODING, Setting.TEXT_FIELD, Setting.ID_FIELD),
        TSV(Setting.ENCODING, Setting.TEXT_FIELD, Setting.ID_FIELD),
        PARQUET(Setting.TEXT_FIELD, Setting.ID_FIELD),
        HTML(Setting.ENCODING),
        WARC(Setting.ENCODING, Setting.ID_FIELD),
        TABLE(Setting.TEXT_FIELD, Setting.ID_FIELD);

        private final List<Setting> heeded;

        Format(Setting... heeded) {
            this.heeded = List.of(heeded);
        }

        /** Whether a setting says anything of such files. */
        public boolean heeds(Setting setting) {
            return heeded.contains(setting);
        }
    }

    /** What may be said of files, beside their format. */
    public enum Setting implements Word {
        ENCODING,
        TEXT_FIELD,
        ID_FIELD,
        SAMPLE_BY
    }

    /** What is one document of a text file. */
    public enum SampleBy implements Word {
        PARAGRAPH,
        LINE,
        DOCUMENT
    }

    /** A source is a byte of each document's key. */
    private static final int MOST_SOURCES = 256;

    static CorpusConfig defaults() {
        return new CorpusConfig(
                List.of(),
                List.of(),
                Format.AUTO,
                "UTF-8",
                "text",
                "",
                SampleBy.PARAGRAPH,
                0,
                true,
                0.01,
                64L << 20,
                true,
                true,
                CleanConfig.defaults(),
                PrivacyConfig.defaults(),
                DeduplicationConfig.defaults(),
                DecontaminationConfig.defaults());
    }

    /** All keys and their values, as a configuration file has them. */
    public ObjectNode toTree() {
        return RecordBinder.toTree(this);
    }

    /** The same with other input, which is one whole. */
    public CorpusConfig reading(List<String> other) {
        return Records.with(Records.with(this, "input", other), "sources", List.of());
    }

    /** Where the documents come from; without {@code sources} that is one, which has no name. */
    public List<SourceConfig> allSources() {
        return sources.isEmpty()
                ? List.of(new SourceConfig("", input, format, encoding, textField, idField, sampleBy, 1, 0))
                : sources;
    }

    /** Whether there is anything to read. */
    public boolean hasInput() {
        return !input.isEmpty() || !sources.isEmpty();
    }

    /** What is given of files on Hadoop's file systems, of all sources. */
    public List<String> allInput() {
        return allSources().stream()
                .filter(source -> source.format() != Format.TABLE)
                .flatMap(source -> source.input().stream())
                .toList();
    }

    void validate(Problems problems) {
        problems.require(valFraction >= 0 && valFraction < 1, "corpus.val_fraction=%s must be in [0, 1)", valFraction);
        problems.require(shardBytes >= 1 << 16, "corpus.shard_bytes=%d must be at least 65536", shardBytes);
        problems.require(
                maxBadFraction >= 0 && maxBadFraction < 1,
                "corpus.max_bad_fraction=%s must be in [0, 1)",
                maxBadFraction);
        allSources().forEach(source -> source.validate(problems));
        if (!sources.isEmpty()) {
            problems.require(
                    sources.size() <= MOST_SOURCES,
                    "corpus.sources has %d of at most %d: one may take several inputs",
                    sources.size(),
                    MOST_SOURCES);
            Set<String> names = new HashSet<>();
            for (SourceConfig source : sources) {
                source.validateName(problems);
                problems.require(
                        names.add(source.name()),
                        "corpus.sources has two of the name %s: give each its own",
                        source.name());
            }
            CorpusConfig whole = defaults();
            problems.require(
                    input.isEmpty()
                            && format == whole.format
                            && encoding.equals(whole.encoding)
                            && textField.equals(whole.textField)
                            && idField.equals(whole.idField)
                            && sampleBy == whole.sampleBy,
                    "corpus.sources is given, and so is one of corpus.input, format, encoding, text_field, id_field, sample_by:"
                            + " say it within each of corpus.sources");
            problems.require(
                    sources.stream().anyMatch(source -> source.weight() != 0),
                    "corpus.sources[].weight is 0 in all of them");
        }
        clean.validate(problems);
        privacy.validate(problems, "corpus.privacy");
        deduplicate.validate(problems);
        decontaminate.validate(problems);
    }
}
