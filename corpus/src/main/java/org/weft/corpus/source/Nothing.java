package org.weft.corpus.source;

/** The documents of a file that holds none. */
record Nothing(String where) implements SplitFormat.Documents {

    static Nothing of(InputSplit split) {
        return new Nothing("file=" + split.path());
    }

    @Override
    public byte[] next() {
        return null;
    }

    @Override
    public void close() {
        // Nothing was opened.
    }
}
