package org.weft.trainer.prove;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.TokenizerFile;

/**
 * What a corpus says: raw inputs, rules and configuration in the sealed provenance, which names the manifest, which names
 * the tokenizer and the token shards.
 *
 * @param inputs whether raw inputs are looked at
 */
record CorpusClaims(Store store, String directory, boolean inputs) {
    static final String PROVENANCE = "corpus provenance";
    static final String INPUT = "raw input";
    static final String MANIFEST = "corpus manifest";
    static final String TOKENIZER = "tokenizer";
    static final String COMPANION = "file beside the tokenizer";
    static final String SHARD = "token shard";

    List<Claim> all() throws IOException {
        List<Claim> claims = new ArrayList<>();
        List<Claim> unread = new ArrayList<>();
        CorpusManifest manifest = manifest(unread);
        provenance(manifest, claims);
        claims.addAll(unread);
        if (manifest != null) {
            tokenizer(manifest, claims);
            shards(manifest, claims);
        }
        return claims;
    }

    /** @param read what {@code prepare} wrote beside it; null where it cannot be read */
    private void provenance(CorpusManifest read, List<Claim> claims) throws IOException {
        StoredFile file = StoredFile.read(store, path(CorpusManifest.PROVENANCE_FILE));
        String manifest = path(CorpusManifest.FILE);
        if (file.problem().equals(Claim.MISSING) && (read == null || !hadProvenance(read))) {
            String why = "prepared by a version that did not write " + CorpusManifest.PROVENANCE_FILE;
            claims.add(Claim.unrecorded(PROVENANCE, file.path(), why));
            claims.add(Claim.unrecorded(INPUT, directory, why));
            claims.add(Claim.unrecorded(MANIFEST, manifest, why));
            return;
        }
        if (!file.sealed(PROVENANCE, claims)) {
            String why = CorpusManifest.PROVENANCE_FILE + " is not what was written";
            claims.add(Claim.unchecked(INPUT, directory, why));
            claims.add(Claim.unchecked(MANIFEST, manifest, why));
            return;
        }
        JsonNode tree = Json.RECORDS.readTree(file.bytes());
        long blockBytes = tree.path("input_block_bytes").asLong();
        for (JsonNode input : tree.path("inputs")) {
            claims.add(input(input, blockBytes));
        }
        companions(tree.path("tokenizer_companions"), claims);
        String sha256 = tree.path("corpus").path("manifest_sha256").asText();
        claims.add(Claim.file(MANIFEST, manifest, sha256));
    }

    /** Versions that tell sources apart, or write the SHA-256 of shards, write the provenance, too: it has been taken away. */
    private static boolean hadProvenance(CorpusManifest manifest) {
        return manifest.version() == CorpusManifest.OF_SOURCES
                || shardsOf(manifest).anyMatch(shard -> shard.sha256() != null);
    }

    private static Stream<CorpusShard> shardsOf(CorpusManifest manifest) {
        return Stream.of(manifest.train(), manifest.val()).flatMap(split -> split.shards().stream());
    }

    /** Which of its tokens end a text, and how a chat is written, stands beside the tokenizer. */
    private void companions(JsonNode recorded, List<Claim> claims) throws IOException {
        for (String name : TokenizerFile.COMPANIONS) {
            if (recorded.has(name)) {
                claims.add(Claim.file(COMPANION, path(name), recorded.path(name).asText()));
            } else if (store.exists(path(name))) {
                claims.add(
                        recorded.isMissingNode()
                                ? Claim.unrecorded(
                                        COMPANION, path(name), "prepared by a version that did not write its SHA-256")
                                : Claim.known(
                                        COMPANION, path(name), "no such file", "a file that was put there later"));
            }
        }
    }

    private Claim input(JsonNode input, long blockBytes) {
        String path = input.path("path").asText();
        if (!input.has("sha256")) {
            return Claim.unrecorded(INPUT, path, "a table has no checksum");
        }
        return inputs
                ? Claim.blocks(
                        INPUT,
                        path,
                        input.path("sha256").asText(),
                        input.path("bytes").asLong(),
                        blockBytes)
                : Claim.unchecked(INPUT, path, "--skip-inputs");
    }

    /** Null where there is none to go on with, which is a link that differs. */
    private CorpusManifest manifest(List<Claim> claims) throws IOException {
        StoredFile file = StoredFile.read(store, path(CorpusManifest.FILE));
        if (file.bytes() == null) {
            claims.add(Claim.known(MANIFEST, file.path(), "a manifest", file.problem()));
            return null;
        }
        try {
            return CorpusManifest.load(store, directory);
        } catch (WeftException broken) {
            claims.add(Claim.known(MANIFEST, file.path(), "a manifest", broken.getMessage()));
            return null;
        }
    }

    private void tokenizer(CorpusManifest manifest, List<Claim> claims) {
        claims.add(Claim.file(TOKENIZER, path(manifest.tokenizerFile()), manifest.tokenizerSha256()));
    }

    private void shards(CorpusManifest manifest, List<Claim> claims) {
        shardsOf(manifest).forEach(shard -> claims.add(shard(shard)));
    }

    private Claim shard(CorpusShard shard) {
        String path = path(shard.file());
        return shard.sha256() == null
                ? Claim.measured(SHARD + ", by CRC32C", path, shard.crc32c(), new Measurement.ShardChecksum(path))
                : Claim.file(SHARD, path, shard.sha256());
    }

    private String path(String file) {
        return directory + "/" + file;
    }
}
