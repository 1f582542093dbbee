package org.weft.monitoring;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.weft.core.storage.Store;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunRecord;

/** Reads a run's {@code metrics.jsonl} from its beginning, a line at a time, however long it is. */
public final class RecordReader {
    private RecordReader() {}

    /** Takes records. */
    @FunctionalInterface
    public interface Sink {
        void accept(RunRecord record) throws IOException;
    }

    /** Gives every record to a sink, in the file's order; none where there is no file. */
    public static void each(Store store, String path, Sink sink) throws IOException {
        if (!store.exists(path)) {
            return;
        }
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(store.open(path), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                for (RunRecord record : RecordFormat.parse(line)) {
                    sink.accept(record);
                }
            }
        }
    }
}
