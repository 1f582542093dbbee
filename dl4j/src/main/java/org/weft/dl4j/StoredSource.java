package org.weft.dl4j;

import java.io.IOException;
import java.io.InputStream;
import org.nd4j.common.loader.Source;
import org.weft.core.storage.Store;

/** A file for Deeplearning4j's loaders. */
record StoredSource(Store store, String path) implements Source {

    @Override
    public InputStream getInputStream() throws IOException {
        return store.open(path);
    }

    @Override
    public String getPath() {
        return path;
    }
}
