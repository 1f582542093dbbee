package org.weft.driver.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;

/** What prepare is said to take. */
class CorpusForecastTest {
    @TempDir
    Path directory;

    @Test
    void timeAndSpaceGrowWithTheTextAndShrinkWithTheCores() throws IOException {
        Files.write(directory.resolve("a.txt"), new byte[3_000_000]);
        CorpusForecast one = forecast("local[1]", "");
        CorpusForecast three = forecast("local[3]", "");
        assertThat(one.textBytes()).isEqualTo(3e6);
        assertThat(three.seconds() * 3).isCloseTo(one.seconds(), org.assertj.core.data.Offset.offset(1e-9));
        assertThat(forecast("local[1]", "deduplicate: {near: minhash}").seconds())
                .isGreaterThan(one.seconds());
        assertThat(one.shardBytes()).isEqualTo(1.5e6);
        Files.write(directory.resolve("b.txt.gz"), new byte[1_000_000]);
        assertThat(forecast("local[1]", "").textBytes()).isEqualTo(6e6);
        assertThat(one.render()).startsWith("corpus          3.0 MB of text, about 1 s with 1 tasks at once");
    }

    @Test
    void nothingIsSaidOfNoInput() {
        WeftConfig none = ConfigLoader.load("test", "run: {dir: /x}", List.of());
        assertThat(CorpusForecast.of(HadoopStore.local(), none)).isNull();
    }

    private CorpusForecast forecast(String master, String more) {
        String yaml = "run: {dir: /x}\ncluster: {master: '" + master + "'}\ncorpus: {input: '" + directory + "'"
                + (more.isEmpty() ? "" : ", " + more) + "}\n";
        return CorpusForecast.of(HadoopStore.local(), ConfigLoader.load("test", yaml, List.of()));
    }
}
