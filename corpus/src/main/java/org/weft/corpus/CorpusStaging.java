package org.weft.corpus;

import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.core.Sha256;
import org.weft.core.storage.Store;
import org.weft.core.storage.Store.Entry;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.dedup.Deduplication;
import org.weft.corpus.statistics.CorpusStatistics;

/**
 * Replaces a corpus without ever leaving a wrong one. Everything is written to a hidden directory within the corpus;
 * only when it is whole does the old manifest go, then the old shards, then come the new ones and last their manifest.
 * A crash before that leaves the old corpus as it was, a crash during it leaves a directory without a manifest, which
 * nobody takes for a corpus.
 */
final class CorpusStaging implements AutoCloseable {
    /** Names of what is said of the corpus beside its manifest. */
    static final String PROVENANCE = CorpusManifest.PROVENANCE_FILE;

    static final String BAD_RECORDS = "bad-records.jsonl";

    private static final List<String> ACCOUNTS =
            List.of(PROVENANCE, BAD_RECORDS, Deduplication.CONTAMINATED_FILE, CorpusStatistics.FILE);

    private final Store store;
    private final String corpusDir;

    CorpusStaging(Store store, String corpusDir) {
        this.store = store;
        this.corpusDir = corpusDir;
    }

    String directory() {
        return corpusDir + "/.staging";
    }

    /** Removes what an earlier prepare that was killed left behind. */
    void begin() throws IOException {
        store.delete(directory());
    }

    void write(String file, byte[] content) throws IOException {
        store.write(directory() + "/" + file, content);
    }

    /** SHA-256 by name of what lies beside the tokenizer. */
    SortedMap<String, String> companions() throws IOException {
        SortedMap<String, String> found = new TreeMap<>();
        for (String name : TokenizerFile.COMPANIONS) {
            if (store.exists(directory() + "/" + name)) {
                found.put(name, Sha256.hex(store.readAll(directory() + "/" + name)));
            }
        }
        return found;
    }

    void commit(CorpusManifest manifest) throws IOException {
        store.delete(corpusDir + "/" + CorpusManifest.FILE);
        for (Entry old : store.list(corpusDir)) {
            if (old.name().endsWith(".tokens")
                    || old.name().equals(CorpusManifest.TOKENIZER_FILE)
                    || TokenizerFile.COMPANIONS.contains(old.name())
                    || old.name().equals(TokenRoles.CHAT_TEMPLATES)
                    || ACCOUNTS.contains(old.name())) {
                store.delete(old.path());
            }
        }
        moveIn(manifest.tokenizerFile());
        for (String file : ACCOUNTS) {
            moveInIfWritten(file);
        }
        for (String companion :
                companions().keySet()) { // written anew: a renamed file's directory would have to be there
            store.write(corpusDir + "/" + companion, store.readAll(directory() + "/" + companion));
        }
        for (CorpusShard shard : manifest.train().shards()) {
            moveIn(shard.file());
        }
        for (CorpusShard shard : manifest.val().shards()) {
            moveIn(shard.file());
        }
        manifest.save(store, corpusDir);
    }

    private void moveInIfWritten(String file) throws IOException {
        if (store.exists(directory() + "/" + file)) {
            moveIn(file);
        }
    }

    private void moveIn(String file) throws IOException {
        store.rename(directory() + "/" + file, corpusDir + "/" + file);
    }

    /** Removes the hidden directory, whatever became of it, and the corpus's where it holds nothing. */
    @Override
    public void close() throws IOException {
        store.delete(directory());
        store.deleteEmpty(corpusDir);
    }
}
