package org.weft.dl4j;

import com.fasterxml.jackson.core.JacksonException;
import java.io.IOException;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * What a fit is, {@code fit.json} in its directory: written when its examples and its starting checkpoint are, so that another
 * process can go on with it.
 *
 * @param data directory of the examples
 * @param examples their number
 * @param firstStep iterations that the network had behind it
 * @param lastStep iterations that it has at the end
 * @param firstEpoch epochs that the network had behind it
 * @param epochs of this fit
 */
record FitRecord(String data, long examples, int firstStep, int lastStep, int firstEpoch, int epochs) {
    private static final String FILE = "fit.json";

    /** The record of a fit's directory; null where there is none. */
    static FitRecord load(Store store, String directory) throws IOException {
        String path = directory + "/" + FILE;
        if (!store.exists(path)) {
            return null;
        }
        try {
            return Json.MAPPER.readValue(store.readAll(path), FitRecord.class);
        } catch (JacksonException e) {
            throw new WeftException(ExitStatus.INVALID_DATA, path + " is damaged", "fit in another run directory", e);
        }
    }

    void save(Store store, String directory) throws IOException {
        store.replace(
                directory + "/" + FILE,
                Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    }
}
