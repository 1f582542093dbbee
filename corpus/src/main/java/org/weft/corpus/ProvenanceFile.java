package org.weft.corpus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.ManifestSeal;
import org.weft.core.storage.Store;

/** Reads what {@link CorpusProvenance} wrote beside a corpus. */
public final class ProvenanceFile {
    static final int VERSION = 1;

    private ProvenanceFile() {}

    /** What is known of a corpus; null of one that was prepared before this was recorded. */
    public static ObjectNode load(Store store, String corpusDir) throws IOException {
        String path = corpusDir + "/" + CorpusStaging.PROVENANCE;
        if (!store.exists(path)) {
            return null;
        }
        byte[] bytes = store.readAll(path);
        ManifestSeal.open(path, bytes, "run prepare again");
        JsonNode tree = Json.RECORDS.readTree(bytes);
        if (tree.path("format_version").asInt() != VERSION) {
            throw WeftException.invalidData(
                    "provenance of another version: file=" + path + " expected=" + VERSION + " actual="
                            + tree.path("format_version"),
                    "run prepare with this version of Weft");
        }
        ((ObjectNode) tree).remove(ManifestSeal.KEY);
        return (ObjectNode) tree;
    }

    /**
     * The same in short: of the inputs how many there are, of the examples of rules nothing. Null where there is none.
     */
    public static ObjectNode facts(Store store, String corpusDir) throws IOException {
        ObjectNode facts = load(store, corpusDir);
        if (facts != null) {
            facts.put("inputs", facts.path("inputs").size());
            facts.path("sources").forEach(source -> ((ObjectNode) source).remove("examples"));
        }
        return facts;
    }
}
