package org.weft.core.tokens;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.Sha256;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

/** Small corpora of counted tokens: token i of the stream is i modulo the vocabulary. */
final class CorpusFixture {
    static final int VOCABULARY = 1000;
    static final byte[] TOKENIZER = "{\"a tokenizer\": true}".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    final Store store = HadoopStore.local();
    final String directory;

    CorpusFixture(Path directory) {
        this.directory = directory.toUri().toString().replaceAll("/$", "");
    }

    static String vocabulary() {
        return TokenShardFormat.vocabulary(Sha256.hex(TOKENIZER));
    }

    /** A corpus whose training split has shards of these many tokens. */
    CorpusManifest corpus(int... shardTokens) throws IOException {
        List<CorpusShard> shards = new ArrayList<>();
        int next = 0;
        for (int k = 0; k < shardTokens.length; k++) {
            int[] tokens = new int[shardTokens[k]];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = next++ % VOCABULARY;
            }
            shards.add(shard(String.format("train-%05d.tokens", k), TokenType.U16, tokens));
        }
        try (var out = store.create(directory + "/" + CorpusManifest.TOKENIZER_FILE)) {
            out.write(TOKENIZER);
            out.commit();
        }
        CorpusManifest manifest = new CorpusManifest(
                CorpusManifest.VERSION,
                CorpusManifest.TOKENIZER_FILE,
                Sha256.hex(TOKENIZER),
                VOCABULARY,
                TokenType.U16,
                VOCABULARY - 1,
                new CorpusSplit(shards, 12345),
                new CorpusSplit(List.of(), 0),
                List.of());
        manifest.save(store, directory);
        return manifest;
    }

    /** A shard with one document for each array of tokens. */
    CorpusShard shard(String file, TokenType type, int[]... documents) throws IOException {
        try (TokenShardWriter writer = new TokenShardWriter(store, directory, file, type, vocabulary())) {
            for (int[] document : documents) {
                writer.startDocument();
                writer.append(document);
            }
            return writer.commit();
        }
    }

    String path(String file) {
        return directory + "/" + file;
    }

    Path local(String file) {
        return Path.of(java.net.URI.create(path(file)));
    }

    /** Replaces a file's bytes without Hadoop's own checksum file noticing: as on HDFS after bad memory. */
    void overwrite(String file, byte[] content) throws IOException {
        Files.write(local(file), content);
        Files.deleteIfExists(local("." + file + ".crc"));
    }
}
