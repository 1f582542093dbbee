package org.weft.engine.torch;

/** A run of the flat vector. */
record FlatRange(long offset, long length) {
    long end() {
        return offset + length;
    }
}
