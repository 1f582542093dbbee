package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

class FoldResultTest {
    @TempDir
    Path directory;

    private final Store store = HadoopStore.local();

    @Test
    void comesBackAsItWasWithMetricsThatHaveNoValue() throws IOException {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", 0.1 + 0.2);
        metrics.put("roc_auc", Double.NaN);
        FoldResult result = new FoldResult(2, "f00d", "/run/checkpoints/step-00000020", "cafe", 40, metrics);

        assertThat(FoldResult.in(store, directory.toString())).isNull();
        result.save(store, directory.toString());
        assertThat(FoldResult.in(store, directory.toString())).isEqualTo(result);
        assertThat(directory.resolve("fold.json")).content().contains("\"roc_auc\" : null");
    }

    @Test
    void saysWhichFileIsNone() throws IOException {
        Files.writeString(directory.resolve("fold.json"), "{}");
        assertThatThrownBy(() -> FoldResult.in(store, directory.toString()))
                .isInstanceOf(WeftException.class)
                .hasMessage(directory + "/fold.json has no metrics");
    }
}
