package org.weft.core.config;

import java.io.Serializable;
import java.util.List;
import org.weft.core.config.CorpusConfig.Format;
import org.weft.core.config.CorpusConfig.SampleBy;
import org.weft.core.config.CorpusConfig.Setting;

/** One of several sources of a corpus. */
public record SourceConfig(
        @Doc("What the source is called in the manifest, in metrics and in the names of its token shards.")
        String name,

        @Doc("As corpus.input, of this source.") List<String> input,

        @Doc("As corpus.format: auto, text, jsonl, csv, tsv, parquet, html, warc or table.")
        Format format,

        @Doc("As corpus.encoding.") String encoding,

        @Doc("As corpus.text_field.") String textField,

        @Doc("As corpus.id_field.") String idField,

        @Doc("As corpus.sample_by: paragraph, line or document.")
        SampleBy sampleBy,

        @Doc(
                "How much of a mixture is this source's, beside the others' weights; 0: it is prepared, and drawn only where a"
                        + " curriculum says so.")
        double weight,

        @Doc("Training tokens that a run draws of it at most; 0: as many as its weight says.")
        long tokens)
        implements Serializable {

    /** Names are part of files' names. */
    private static final String NAME = "[a-z0-9][a-z0-9_-]{0,63}";

    static SourceConfig defaults() {
        return new SourceConfig("", List.of(), Format.AUTO, "UTF-8", "text", "", SampleBy.PARAGRAPH, 1, 0);
    }

    /** How a setting of this source is called, for errors. */
    public String key(String setting) {
        return (name.isEmpty() ? "corpus." : "corpus.sources[" + name + "].") + setting;
    }

    /** Whether it says of its files what is not said by itself. */
    public boolean sets(Setting setting) {
        SourceConfig usual = defaults();
        return switch (setting) {
            case ENCODING -> !Encodings.same(encoding, usual.encoding);
            case TEXT_FIELD -> !textField.equals(usual.textField);
            case ID_FIELD -> !idField.equals(usual.idField);
            case SAMPLE_BY -> sampleBy != usual.sampleBy;
        };
    }

    /** Of the one source of a corpus without {@code sources} the name is empty, and whether it has input is asked later. */
    void validate(Problems problems) {
        problems.require(
                Encodings.known(encoding), "%s=%s is no character set, such as UTF-8", key("encoding"), encoding);
        for (Setting setting : Setting.values()) {
            problems.requireUse(
                    !sets(setting) || format.heeds(setting),
                    "%s has no effect on %s=%s: leave it out",
                    key(setting.word()),
                    key("format"),
                    format.word());
        }
        problems.require(!textField.isBlank(), "%s is empty", key("text_field"));
        problems.require(weight >= 0 && weight < 1e9, "%s=%s must be in [0, 1e9)", key("weight"), weight);
        problems.require(tokens >= 0, "%s=%d must not be negative", key("tokens"), tokens);
    }

    /** As one of several. */
    void validateName(Problems problems) {
        problems.require(
                name.matches(NAME),
                "corpus.sources[].name=%s must be of a-z, 0-9, _ and -, begin with a letter or digit, and have at most 64",
                name);
        problems.require(!input.isEmpty(), "%s is empty: give files, directories or globs to read", key("input"));
    }
}
