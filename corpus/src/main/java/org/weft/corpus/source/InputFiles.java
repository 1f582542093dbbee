package org.weft.corpus.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;
import org.weft.core.storage.Store.Entry;

/**
 * The text that {@code evaluate --input} and labelled rows are read from, cut into the parts that tasks read. Files that nothing
 * compresses are cut by byte range, so that one file of 100 GB is read by all executors; small files share a task.
 *
 * @param files how many there are
 * @param bytes their stored bytes; decides the number of token shards
 * @param parts a task each
 */
public record InputFiles(int files, long bytes, List<Part> parts) {

    /** The splits that one task reads, one after the other. */
    public record Part(ArrayList<InputSplit> splits) implements Serializable {}

    /**
     * Resolves {@code corpus.input}; splits are of at most {@code splitBytes}.
     *
     * @param name of what the user gave, for errors
     */
    public static InputFiles list(Store store, CorpusConfig corpus, long splitBytes, String name) throws IOException {
        if (corpus.input().isEmpty()) {
            throw WeftException.usage(name + " is not set", "name the files, directories or globs that hold the text");
        }
        List<Entry> files = InputPaths.files(store, name, corpus.input());
        SourceConfig source = corpus.allSources().get(0);
        return cut(store, files, splitBytes, file -> CorpusFormats.of(source, file.path()));
    }

    /**
     * Cuts files into splits of at most {@code splitBytes}, which tasks of as much read.
     *
     * @param formats what a file holds
     */
    static InputFiles cut(Store store, List<Entry> files, long splitBytes, Function<Entry, SplitFormat> formats) {
        long bytes = files.stream().mapToLong(Entry::length).sum();
        Packer packer = new Packer(splitBytes);
        for (Entry file : files) {
            SplitFormat format = formats.apply(file);
            if (!mayBeCut(store, file.path(), format)) {
                packer.add(new InputSplit(file.path(), 0, Long.MAX_VALUE, format), file.length());
                continue;
            }
            for (long start = 0; start < file.length(); start += splitBytes) {
                // The last split has no end, so that a file that grows meanwhile does not end within a document.
                long end = start + splitBytes < file.length() ? start + splitBytes : Long.MAX_VALUE;
                long size = Math.min(splitBytes, file.length() - start);
                packer.add(new InputSplit(file.path(), start, end, format), size);
            }
        }
        return new InputFiles(files.size(), bytes, packer.parts());
    }

    /** Whether several tasks may read a file, a range of its bytes each. */
    public static boolean mayBeCut(Store store, String path, SplitFormat format) {
        return format.splittable() && !InputText.packed(store, path);
    }

    /** Gives each task some {@code partBytes} of input. */
    private static final class Packer {
        private final long partBytes;
        private final List<Part> parts = new ArrayList<>();
        private ArrayList<InputSplit> open = new ArrayList<>();
        private long openBytes;

        Packer(long partBytes) {
            this.partBytes = partBytes;
        }

        void add(InputSplit split, long size) {
            open.add(split);
            openBytes += size;
            if (openBytes >= partBytes) {
                close();
            }
        }

        List<Part> parts() {
            if (!open.isEmpty()) {
                close();
            }
            return parts;
        }

        private void close() {
            parts.add(new Part(open));
            open = new ArrayList<>();
            openBytes = 0;
        }
    }
}
