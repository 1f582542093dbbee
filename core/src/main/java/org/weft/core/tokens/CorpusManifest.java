package org.weft.core.tokens;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.weft.core.Json;
import org.weft.core.JsonFault;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.storage.PlainName;
import org.weft.core.storage.Store;

/**
 * {@code manifest.json} of a corpus. It is written last: a directory with a manifest holds a whole corpus, one without
 * holds none. What it was made from, and by which rules, is beside it and does not depend on it: two corpora of the same
 * documents have the same manifest, whatever the files were called.
 *
 * @param version of this record: {@link #VERSION}, or {@link #OF_SOURCES} where it tells sources apart
 * @param tokenizerFile name of the tokenizer within the corpus
 * @param tokenizerSha256 of that file, in hexadecimal
 * @param endOfText id of the token that follows each document
 * @param train of all sources, one after the other
 * @param val of all sources, one after the other
 * @param sources in the configuration's order; empty where the corpus is one whole
 */
public record CorpusManifest(
        int version,
        String tokenizerFile,
        String tokenizerSha256,
        int vocabSize,
        TokenType dtype,
        int endOfText,
        CorpusSplit train,
        CorpusSplit val,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<CorpusSource> sources)
        implements Serializable {

    public static final int VERSION = 1;
    public static final int OF_SOURCES = 2;
    public static final String FILE = "manifest.json";
    public static final String TOKENIZER_FILE = "tokenizer.json";
    /** Says, where it is, what the corpus was made from and by which rules. */
    public static final String PROVENANCE_FILE = "provenance.json";

    public CorpusManifest {
        sources = sources == null ? List.of() : List.copyOf(sources);
        if (!sources.isEmpty()) {
            train = CorpusSplit.joined(sources.stream().map(CorpusSource::train).toList());
            val = CorpusSplit.joined(sources.stream().map(CorpusSource::val).toList());
        }
    }

    /** The same documents, told apart by source; {@code train} and {@code val} are then made of theirs. */
    public CorpusManifest withSources(List<CorpusSource> told) {
        return new CorpusManifest(
                OF_SOURCES, tokenizerFile, tokenizerSha256, vocabSize, dtype, endOfText, null, null, told);
    }

    /** Reads the manifest of a corpus, or says that there is none. */
    public static CorpusManifest load(Store store, String directory) throws IOException {
        String path = directory + "/" + FILE;
        if (!store.exists(path)) {
            throw WeftException.invalidData("no corpus: " + path + " is missing", "run prepare first");
        }
        try {
            JsonNode tree = Json.RECORDS.readTree(store.readAll(path));
            int version = tree.path("version").asInt();
            if (version != VERSION && version != OF_SOURCES) {
                throw WeftException.invalidData(
                        "corpus manifest of another version: file=" + path + " expected=" + VERSION + " actual="
                                + version,
                        "run prepare with this version of Weft");
            }
            CorpusManifest manifest = Json.RECORDS.treeToValue(tree, CorpusManifest.class);
            if (manifest.train == null || manifest.val == null || manifest.tokenizerSha256 == null) {
                throw WeftException.invalidData(
                        "corpus manifest is incomplete: file=" + path + " expected keys train, val, tokenizer_sha256",
                        "run prepare again");
            }
            PlainName.require(path, manifest.tokenizerFile);
            manifest.train.shards().forEach(shard -> PlainName.require(path, shard.file()));
            manifest.val.shards().forEach(shard -> PlainName.require(path, shard.file()));
            return manifest;
        } catch (JsonProcessingException broken) {
            throw WeftException.invalidData(
                    "corpus manifest is broken: file=" + path + ": " + JsonFault.inLine(broken), "run prepare again");
        }
    }

    /** Writes the manifest: the commit of a corpus. */
    public void save(Store store, String directory) throws IOException {
        store.write(directory + "/" + FILE, toJson());
    }

    /** The bytes of its file. */
    public byte[] toJson() throws IOException {
        ObjectNode tree = Json.RECORDS.valueToTree(this);
        if (!sources.isEmpty()) {
            tree.remove(List.of("train", "val")); // they are the sources', and stand there
        }
        return (Json.RECORDS.writeValueAsString(tree) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** The bytes of the corpus's {@code tokenizer.json}, checked against the manifest. */
    public byte[] loadTokenizer(Store store, String directory) throws IOException {
        String path = directory + "/" + tokenizerFile;
        byte[] content;
        try {
            content = store.readAll(path);
        } catch (FileNotFoundException absent) {
            throw WeftException.invalidData("the corpus's tokenizer is missing: " + path, "run prepare again");
        }
        String actual = Sha256.hex(content);
        if (!actual.equals(tokenizerSha256)) {
            throw WeftException.invalidData(
                    "tokenizer does not belong to this corpus: file=" + path + " sha256 expected=" + tokenizerSha256
                            + " actual=" + actual,
                    "the file was changed after prepare: put the original back or run prepare again");
        }
        return content;
    }

    /** The corpus's tokenizer with what lies beside it. */
    public TokenizerFile openTokenizer(Store store, String directory) throws IOException {
        return TokenizerFile.at(store, loadTokenizer(store, directory), directory + "/" + tokenizerFile);
    }

    /**
     * SHA-256 of what decides every batch of it: its tokens, in their order, and how much each source has of a run. Where it lies
     * does not matter.
     */
    public String fingerprint() {
        StringBuilder decisive = new StringBuilder(tokenizerSha256 + " " + dtype);
        decisive.append('\n').append(decisive(train)).append('\n').append(decisive(val));
        for (CorpusSource source : sources) {
            decisive.append('\n').append(source.name()).append(' ').append(decisive(source.train()));
            decisive.append('\n').append(decisive(source.val()));
            decisive.append('\n').append(source.weight()).append(' ').append(source.tokenBudget());
        }
        return Sha256.hex(decisive.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String decisive(CorpusSplit split) {
        StringBuilder shards = new StringBuilder();
        split.shards().forEach(shard -> shards.append(shard.tokens())
                .append(':')
                .append(shard.crc32c())
                .append(' '));
        return shards.toString();
    }

    /** What it says of every shard, without the list of them. */
    public CorpusManifest withoutShards() {
        CorpusSplit none = new CorpusSplit(List.of(), 0);
        return new CorpusManifest(
                version, tokenizerFile, tokenizerSha256, vocabSize, dtype, endOfText, none, none, List.of());
    }

    /** The vocabulary hash that every shard of this corpus carries. */
    public String vocabulary() {
        return TokenShardFormat.vocabulary(tokenizerSha256);
    }
}
