package org.weft.corpus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.WeftVersion;
import org.weft.core.checkpoint.ManifestSeal;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TokenizerConfig;
import org.weft.corpus.CorpusInput.Piece;
import org.weft.corpus.CorpusReading.Totals;
import org.weft.corpus.source.BadRecord;

/**
 * {@code provenance.json} beside a corpus's manifest: each input with its checksum, each rule with its version and what it
 * counted, the configuration, the version of Weft, and the SHA-256 of the manifest that came of it. Sealed as a
 * checkpoint's manifest is. There is no seed in it, for nothing is drawn.
 */
record CorpusProvenance(
        CorpusConfig corpus,
        TokenizerConfig tokenizer,
        ModelConfig model,
        CorpusReading reading,
        ObjectNode deduplication,
        CorpusShards shards) {
    /** Writes it and the bad records, before the corpus is committed. */
    void write(CorpusStaging staging) throws IOException {
        StringBuilder bad = new StringBuilder();
        ObjectNode tree = Json.RECORDS.createObjectNode();
        tree.put("format_version", ProvenanceFile.VERSION).put("weft", WeftVersion.CURRENT);
        ObjectNode configuration = tree.putObject("configuration");
        configuration.set("corpus", corpus.toTree());
        configuration.set("tokenizer", tokenizer.toTree());
        configuration.putObject("model").put("architecture", model.architecture());
        ObjectNode rules = tree.putObject("rules");
        reading.steps().rules().forEach(rules::put);
        ArrayNode sources = tree.putArray("sources");
        for (int s = 0; s < corpus.allSources().size(); s++) {
            Totals totals = reading.totals(s);
            String name = corpus.allSources().get(s).name();
            addSource(
                    sources.addObject().put("name", name),
                    totals,
                    shards.emptied().get(s));
            for (BadRecord record : totals.bad().shown()) {
                bad.append(line(name, record)).append('\n');
            }
        }
        tree.put("input_block_bytes", reading.input().splitBytes());
        addInputs(tree.putArray("inputs"));
        tree.set("deduplication", deduplication);
        ObjectNode companions = tree.putObject("tokenizer_companions");
        staging.companions().forEach(companions::put);
        tree.putObject("corpus")
                .put("repeated_documents", shards.repeated())
                .put("fingerprint", shards.manifest().fingerprint())
                .put("tokenizer_sha256", shards.manifest().tokenizerSha256())
                .put("manifest_sha256", Sha256.hex(shards.manifest().toJson()));
        staging.write(CorpusStaging.PROVENANCE, ManifestSeal.close(Json.RECORDS.writeValueAsBytes(tree)));
        if (!bad.isEmpty()) {
            staging.write(CorpusStaging.BAD_RECORDS, bad.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void addSource(ObjectNode source, Totals totals, long emptied) throws IOException {
        source.put("files", totals.files())
                .put("bytes", totals.bytes())
                .put("records", totals.records())
                .put("bad_records", totals.bad().count())
                .put("duplicate_ids", totals.duplicateIds())
                .put("documents", totals.documents())
                .put("text_bytes", totals.textBytes())
                .put("emptied_documents", emptied);
        JsonNode tally = Json.MAPPER.readTree(totals.tally().toJson());
        source.set("counts", tally.path("counts"));
        source.set("examples", tally.path("examples"));
    }

    /** Each file by what the parts that read it found of its blocks. */
    private void addInputs(ArrayNode inputs) {
        CorpusInput input = reading.input();
        List<List<String>> blocks = new ArrayList<>();
        input.files().forEach(file -> blocks.add(new ArrayList<>()));
        for (int p = 0; p < input.parts().size(); p++) {
            List<String> found = reading.parts().get(p).facts().blocks();
            int at = 0;
            for (Piece piece : input.parts().get(p).pieces()) {
                int count = (int) Math.max(1, (piece.bytes() + input.splitBytes() - 1) / input.splitBytes());
                blocks.get(piece.file()).addAll(found.subList(at, at + count));
                at += count;
            }
        }
        for (int f = 0; f < blocks.size(); f++) {
            CorpusInput.File file = input.files().get(f);
            ObjectNode node = inputs.addObject();
            String source = corpus.allSources().get(file.source()).name();
            if (!source.isEmpty()) {
                node.put("source", source);
            }
            node.put("path", file.path());
            if (!blocks.get(f).isEmpty()) { // a table has none
                node.put("bytes", file.bytes())
                        .put("modified_millis", file.modifiedMillis())
                        .put("blocks", blocks.get(f).size())
                        .put("sha256", InputBlocks.file(blocks.get(f)));
            }
        }
    }

    private static String line(String source, BadRecord record) throws IOException {
        ObjectNode line = Json.MAPPER.createObjectNode();
        if (!source.isEmpty()) {
            line.put("source", source);
        }
        return Json.MAPPER.writeValueAsString(line.put("file", record.file())
                .put("place", record.place())
                .put("cause", record.cause())
                .put("rest_lost", record.restLost())
                .put("sample", record.sample()));
    }
}
