package org.weft.core.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * One split of a data set: its files one after the other, read by number. Lengths and weights stay in memory (20 bytes an
 * example), tokens do not. Safe for use by many threads.
 */
public final class ExampleSet implements AutoCloseable {
    private final List<ExampleReader> readers = new ArrayList<>();
    private final int[] starts; // starts[k]: number of file k's first example; one more for the end

    private ExampleSet(int files) {
        this.starts = new int[files + 1];
    }

    /**
     * Opens a split of the data set in a directory.
     *
     * @throws WeftException where a file is missing, damaged, or another data set's
     */
    public static ExampleSet open(Store store, String directory, ExamplesManifest manifest, ExamplesSplit split)
            throws IOException {
        ExampleSet set = new ExampleSet(split.files().size());
        try {
            for (ExamplesFile file : split.files()) {
                set.add(directory + "/" + file.file(), store, manifest.vocabulary(), file);
            }
            return set;
        } catch (IOException | RuntimeException failure) {
            set.close();
            throw failure;
        }
    }

    private void add(String path, Store store, String vocabulary, ExamplesFile expected) throws IOException {
        ExampleReader reader = ExampleReader.open(store, path);
        readers.add(reader);
        ExampleFileFormat.Header actual = reader.header();
        if (actual.examples() != expected.examples()
                || actual.tokens() != expected.tokens()
                || actual.fileBytes() != expected.bytes()
                || !actual.vocabulary().equals(vocabulary)) {
            throw WeftException.invalidData(
                    "examples do not belong to this data set: file=" + path + " expected=" + expected + " actual="
                            + actual,
                    "it was written with another tokenizer or other inputs: remove the directory and start again");
        }
        starts[readers.size()] = Math.addExact(starts[readers.size() - 1], (int) expected.examples());
    }

    /** Number of examples. */
    public int size() {
        return starts[starts.length - 1];
    }

    /** Tokens of an example. */
    public int length(int example) {
        int file = fileOf(example);
        return readers.get(file).length(example - starts[file]);
    }

    /** Whether an example is of the same row as the one before it. */
    public boolean sameRow(int example) {
        int file = fileOf(example);
        return readers.get(file).sameRow(example - starts[file]);
    }

    /** What an example's loss counts. */
    public double weight(int example) {
        int file = fileOf(example);
        return readers.get(file).weight(example - starts[file]);
    }

    public Example read(int example) throws IOException {
        int file = fileOf(example);
        return readers.get(file).read(example - starts[file]);
    }

    /** The file that holds an example: the last that starts at or before it and is not empty. */
    private int fileOf(int example) {
        if (example < 0 || example >= size()) {
            throw new IndexOutOfBoundsException("example=" + example + " examples=" + size());
        }
        int found = Arrays.binarySearch(starts, example);
        if (found < 0) {
            return -found - 2;
        }
        while (starts[found + 1] == starts[found]) {
            found++;
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        for (ExampleReader reader : readers) {
            reader.close();
        }
        readers.clear();
    }
}
