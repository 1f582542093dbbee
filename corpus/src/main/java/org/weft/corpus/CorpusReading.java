package org.weft.corpus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;
import org.weft.core.storage.Store.Entry;
import org.weft.corpus.ReadStage.Done;
import org.weft.corpus.source.BadRecord;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;
import scala.Tuple2;

/**
 * The first half of {@code prepare}: all input read and cleaned, each part in a file of its own, of which those that an
 * earlier prepare left are taken as they are.
 *
 * @param input what was read
 * @param steps what was done to each document
 * @param parts in the order of the input's, tables last
 * @param findings of the parts, by source
 * @param documents of the parts
 * @param duplicateIds null where documents have no ids
 */
record CorpusReading(
        CorpusInput input,
        TextStep steps,
        List<Done> parts,
        Map<Integer, PartFindings> findings,
        KeptDocuments documents,
        DuplicateIds duplicateIds) {
    private static final int BAD_IN_MESSAGE = 3;

    /**
     * What is known of one source.
     *
     * @param documents that were read and cleaned, those of {@code duplicateIds} among them
     * @param duplicateIds of {@code bad}, those that are documents whose id another one has
     */
    record Totals(
            long files,
            long bytes,
            long records,
            long documents,
            long textBytes,
            long duplicateIds,
            Tally tally,
            BadRecords bad) {}

    /** Beside the corpus, which is replaced as a whole while they stay. */
    static String directory(String corpusDir) {
        return corpusDir + ".documents";
    }

    /** Reads. The parts' files are there when it returns, and stay until {@link #discard}. */
    static CorpusReading run(
            JavaSparkContext spark,
            Store store,
            CorpusConfig corpus,
            TextStep steps,
            CorpusInput input,
            String corpusDir)
            throws IOException {
        String directory = directory(corpusDir);
        List<String> regions = List.copyOf(corpus.privacy().phoneRegions());
        ReadStage stage =
                new ReadStage(store, directory, steps, corpus.maxBadFraction() > 0, input.splitBytes(), regions);
        List<Done> parts = new ArrayList<>(new FirstParts(stage, corpus.allSources()).run(spark, input.parts()));
        for (int f = 0; f < input.files().size(); f++) {
            CorpusInput.File file = input.files().get(f);
            SourceConfig source = corpus.allSources().get(file.source());
            if (source.format() == CorpusConfig.Format.TABLE) {
                parts.addAll(new TableStage(store, directory, steps, source, file.source(), stage.badAllowed())
                        .run(spark, file.path()));
            }
        }
        boolean ids = DuplicateIds.areTold(corpus);
        KeptDocuments documents =
                new KeptDocuments(store, directory, ids || !corpus.sources().isEmpty());
        DuplicateIds duplicates = ids ? DuplicateIds.find(spark, documents, parts, corpus.allSources()) : null;
        return new CorpusReading(
                input, steps, parts, PartFindings.of(spark, store, directory, parts), documents, duplicates);
    }

    /** The documents by key, with equal ones next to each other, but for bad ones: partition k is shard k. */
    JavaPairRDD<byte[], byte[]> sorted(JavaSparkContext spark, CorpusConfig corpus) {
        int shards = (int) Math.max(1, (inputBytes(corpus) + corpus.shardBytes() - 1) / corpus.shardBytes());
        return documents.sorted(spark, parts, duplicateIds, shards);
    }

    /** Sums over the parts of a source. */
    Totals totals(int source) {
        PartFindings found = new PartFindings();
        if (findings.containsKey(source)) {
            found.with(findings.get(source)); // as they are, for who asks again
        }
        BadRecords bad = found.bad();
        long records = 0;
        long documents = 0;
        long textBytes = 0;
        for (Done part : parts) {
            if (part.source() == source) {
                PartFacts facts = part.facts();
                records += facts.records();
                documents += facts.documents();
                textBytes += facts.textBytes();
            }
        }
        long taken = duplicateIds == null ? 0 : duplicateIds.counts().getOrDefault(source, 0L);
        if (taken > 0) {
            bad.merge(
                    taken,
                    duplicateIds.shown().stream()
                            .filter(shown -> shown._1() == source)
                            .map(Tuple2::_2)
                            .toList());
        }
        List<CorpusInput.File> files =
                input.files().stream().filter(file -> file.source() == source).toList();
        long bytes = files.stream().mapToLong(CorpusInput.File::bytes).sum();
        return new Totals(files.size(), bytes, records, documents, textBytes, taken, found.tally(), bad);
    }

    /** Stored bytes of the files, and of tables those of their texts. */
    private long inputBytes(CorpusConfig corpus) {
        long tables = parts.stream()
                .filter(part -> corpus.allSources().get(part.source()).format() == CorpusConfig.Format.TABLE)
                .mapToLong(part -> part.facts().textBytes())
                .sum();
        return input.bytes() + tables;
    }

    boolean isEmpty() {
        return parts.stream().allMatch(part -> part.facts().documents() == 0);
    }

    /** Says what was found, and refuses a source of which too much is bad. */
    void judge(CorpusConfig corpus, Consumer<String> progress) {
        long reused = parts.stream().filter(Done::reused).count();
        if (reused > 0) {
            progress.accept(
                    reused + " of " + parts.size() + " parts of the input are unchanged, and were not read again");
        }
        long replaced =
                parts.stream().mapToLong(part -> part.facts().replaced()).sum();
        if (replaced > 0) {
            progress.accept("warning: " + replaced + " unpaired surrogates in the text became U+FFFD");
        }
        for (int s = 0; s < corpus.allSources().size(); s++) {
            Totals totals = totals(s);
            judge(corpus, corpus.allSources().get(s), totals, progress);
            if (!steps.rules().isEmpty() || corpus.allSources().size() > 1) {
                progress.accept(label(corpus.allSources().get(s)) + totals.records() + " records, " + totals.documents()
                        + " documents kept, " + totals.textBytes() + " bytes of text");
            }
        }
    }

    private static void judge(CorpusConfig corpus, SourceConfig source, Totals totals, Consumer<String> progress) {
        long bad = totals.bad().count();
        if (bad == 0) {
            return;
        }
        List<BadRecord> shown = totals.bad().shown();
        if (bad > corpus.maxBadFraction() * totals.records()) {
            StringBuilder examples = new StringBuilder();
            shown.stream().limit(BAD_IN_MESSAGE).forEach(record -> examples.append("\n  - ")
                    .append(record.cause()));
            throw WeftException.invalidData(
                    "too many bad records: " + label(source) + "bad=" + bad + " of " + totals.records() + " records ("
                            + String.format(Locale.ROOT, "%.4f", (double) bad / totals.records())
                            + ") corpus.max_bad_fraction=" + corpus.maxBadFraction() + ", such as" + examples,
                    "mend or leave out those files, or allow more with corpus.max_bad_fraction");
        }
        progress.accept("warning: " + label(source) + bad + " of " + totals.records()
                + " records are bad and left out: see " + CorpusStaging.BAD_RECORDS);
        shown.stream()
                .filter(BadRecord::restLost)
                .limit(BAD_IN_MESSAGE)
                .forEach(lost -> progress.accept("warning: what follows there is lost: " + lost.cause()));
    }

    private static String label(SourceConfig source) {
        return source.name().isEmpty() ? "" : "source " + source.name() + ": ";
    }

    /** Removes the parts' files; with {@code keep} only those that are not of this reading. */
    void discard(Store store, String corpusDir, boolean keep) throws IOException {
        String directory = directory(corpusDir);
        if (!keep) {
            store.delete(directory);
            return;
        }
        List<String> current = parts.stream().map(Done::file).sorted().toList();
        for (Entry old : store.list(directory)) {
            if (Collections.binarySearch(current, old.name()) < 0) {
                store.delete(old.path());
            }
        }
    }
}
