package org.weft.corpus;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;
import org.weft.core.storage.Store.Entry;
import org.weft.corpus.source.CorpusFormat;
import org.weft.corpus.source.CorpusFormats;
import org.weft.corpus.source.HeededSettings;
import org.weft.corpus.source.InputFiles;
import org.weft.corpus.source.InputPaths;
import org.weft.corpus.source.InputSplit;

/**
 * All that {@code prepare} reads: each source's files, cut into parts of some {@code splitBytes}. A part is what one task
 * reads, and what is kept of it when it is read. Files that can be cut are, so that one of 100 GB is read by all executors;
 * small ones share a part. Where a run of small files ends is decided by their names alone, so that a new file among them
 * changes the part it falls into and not all that follow.
 *
 * @param files of all sources, in the order of the sources and of their paths
 * @param parts in the same order
 * @param bytes stored bytes of all files; decides the number of token shards
 */
record CorpusInput(List<File> files, List<Part> parts, long bytes, long splitBytes) {
    private static final int SMALLEST_PART = 4; // as a fraction of splitBytes
    private static final int MOST_FILES = 512; // in a part: to open one takes as long as to read some of it
    private static final int ENDING_FILES = 8; // one file in as many may be the last of a part before it is full

    /** A file, or a table, of a source. */
    record File(int source, String path, long bytes, long modifiedMillis) {}

    /**
     * What one task reads of a file.
     *
     * @param file its place among {@link CorpusInput#files}
     * @param bytes of the file that are in the split; read whole, all of them
     * @param length of the file
     * @param modifiedMillis of the file
     */
    record Piece(InputSplit split, int file, long bytes, long length, long modifiedMillis) implements Serializable {

        /** Fails where the file is not what it was when it was listed: what was read of it is then of neither. */
        void requireUnchanged(Store store) throws IOException {
            for (Entry now : store.files(split.path())) {
                if (now.length() != length || now.modifiedMillis() != modifiedMillis) {
                    throw changed(split.path());
                }
            }
        }

        private static WeftException changed(String file) {
            return WeftException.invalidData(
                    "input changed while it was read: file=" + file,
                    "run prepare again when nobody writes to the file, or give it a copy");
        }
    }

    /**
     * What one task reads.
     *
     * @param identity of all that decides what comes out, but for the text steps
     */
    record Part(int source, ArrayList<Piece> pieces, String identity) implements Serializable {}

    static CorpusInput list(Store store, CorpusConfig corpus, long splitBytes) throws IOException {
        Cutter cutter = new Cutter(store, splitBytes);
        List<SourceConfig> sources = corpus.allSources();
        for (int s = 0; s < sources.size(); s++) {
            SourceConfig source = sources.get(s);
            if (source.input().isEmpty()) {
                throw WeftException.usage(
                        source.key("input") + " is not set", "name the files, directories or globs that hold the text");
            }
            if (source.format() == CorpusConfig.Format.TABLE) {
                cutter.tables(s, source.input());
            } else {
                cutter.files(s, source, InputPaths.files(store, source.key("input"), source.input()));
            }
        }
        long bytes = cutter.files.stream().mapToLong(File::bytes).sum();
        return new CorpusInput(cutter.files, cutter.parts, bytes, splitBytes);
    }

    /**
     * Fails where something is said of files whose names decide their format that says nothing of them. What is said of a format
     * that is named, the configuration is asked by itself.
     */
    void requireHeeded(CorpusConfig corpus) {
        List<SourceConfig> sources = corpus.allSources();
        for (int s = 0; s < sources.size(); s++) {
            SourceConfig source = sources.get(s);
            if (source.format() == CorpusConfig.Format.AUTO) {
                HeededSettings heeded = new HeededSettings(source);
                for (File file : files) {
                    if (file.source() == s) {
                        heeded.add(CorpusFormats.of(source, file.path()), file.path());
                    }
                }
                heeded.requireAll();
            }
        }
    }

    /** Makes files into parts, source after source. */
    private static final class Cutter {
        private final Store store;
        private final long splitBytes;
        private final List<File> files = new ArrayList<>();
        private final List<Part> parts = new ArrayList<>();
        private final ArrayList<Piece> open = new ArrayList<>();
        private final StringBuilder identity = new StringBuilder();
        private long openBytes;

        Cutter(Store store, long splitBytes) {
            this.store = store;
            this.splitBytes = splitBytes;
        }

        void tables(int source, List<String> names) {
            names.stream().distinct().forEach(name -> files.add(new File(source, name, 0, 0)));
        }

        void files(int source, SourceConfig config, List<Entry> found) {
            for (Entry file : found) {
                CorpusFormat format = CorpusFormats.of(config, file.path());
                files.add(new File(source, file.path(), file.length(), file.modifiedMillis()));
                if (InputFiles.mayBeCut(store, file.path(), format)) {
                    cut(source, file, format);
                } else {
                    add(source, file, new InputSplit(file.path(), 0, Long.MAX_VALUE, format), file.length());
                }
                if (openBytes >= splitBytes / SMALLEST_PART && endsPart(file.path())) {
                    close(source);
                }
            }
            close(source);
        }

        private void cut(int source, Entry file, CorpusFormat format) {
            for (long start = 0; start == 0 || start < file.length(); start += splitBytes) {
                // The last split has no end, so that a file that grows meanwhile does not end within a document.
                long end = start + splitBytes < file.length() ? start + splitBytes : Long.MAX_VALUE;
                long size = Math.min(splitBytes, file.length() - start);
                add(source, file, new InputSplit(file.path(), start, end, format), size);
            }
        }

        private void add(int source, Entry file, InputSplit split, long bytes) {
            open.add(new Piece(split, files.size() - 1, bytes, file.length(), file.modifiedMillis()));
            openBytes += Math.max(bytes, splitBytes / MOST_FILES);
            identity.append(split.path()).append('\n');
            identity.append(file.length())
                    .append(' ')
                    .append(file.modifiedMillis())
                    .append(' ');
            identity.append(split.start()).append(' ').append(split.end()).append(' ');
            identity.append(split.format()).append('\n');
            if (openBytes >= splitBytes) {
                close(source);
            }
        }

        private static boolean endsPart(String path) {
            return Sha256.of(path.getBytes(StandardCharsets.UTF_8))[0] % ENDING_FILES == 0;
        }

        private void close(int source) {
            if (!open.isEmpty()) {
                parts.add(new Part(source, new ArrayList<>(open), identity.toString()));
                open.clear();
                identity.setLength(0);
                openBytes = 0;
            }
        }
    }
}
