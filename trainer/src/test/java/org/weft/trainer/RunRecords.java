package org.weft.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunRecord;

/** What a run on this machine's disk recorded. */
public final class RunRecords {
    private RunRecords() {}

    /** Those of one kind, in the order of {@code metrics.jsonl}. */
    public static <T extends RunRecord> List<T> of(Path run, Class<T> kind) throws IOException {
        return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .flatMap(line -> RecordFormat.parse(line).stream())
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }
}
