package org.weft.tuning.dataset;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.tuning.task.TinyTokenizers;

/** Rows in files, encoded by a real Spark application on this machine. */
abstract class EncodedRows {
    private static final ObjectMapper JSON = new ObjectMapper();
    static JavaSparkContext spark;

    @TempDir
    Path directory;

    final Store store = HadoopStore.local();
    final List<String> said = new ArrayList<>();

    @BeforeAll
    static void start() {
        spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[2]")
                .setAppName("dataset-test")
                .set("spark.ui.enabled", "false")
                .set("spark.sql.shuffle.partitions", "2")
                .set("spark.driver.host", "127.0.0.1"));
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    WeftConfig config(String run, Path train, String... overrides) {
        List<String> all = new ArrayList<>(List.of(
                "run.dir=" + directory.resolve(run),
                "model.context=32",
                "finetune.from=/nowhere/model",
                "finetune.task=classification",
                "dataset.validation_fraction=0.25",
                "dataset.train=[\"" + train + "\"]"));
        all.addAll(List.of(overrides));
        return ConfigLoader.load("test", "", all);
    }

    ExamplesManifest run(WeftConfig config) throws IOException {
        return new DatasetJob(spark, store, said::add).run(config, new TokenizerFile(TinyTokenizers.bytes(), "bytes"));
    }

    WeftException refused(WeftConfig config) {
        try {
            run(config);
        } catch (WeftException expected) {
            return expected;
        } catch (IOException other) {
            throw new AssertionError(other);
        }
        throw new AssertionError("not refused");
    }

    static List<Map<String, Object>> rows(int count) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Map.of("text", "row, \"" + i + "\"\nof " + "x".repeat(i % 7), "label", i % 4 == 0 ? 10 : 9));
        }
        return rows;
    }

    Path jsonl(String name, List<Map<String, Object>> rows) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (Map<String, Object> row : rows) {
            lines.append(JSON.writeValueAsString(row)).append('\n');
        }
        return Files.writeString(directory.resolve(name), lines.toString());
    }

    Path csv(String name, List<Map<String, Object>> rows) throws IOException {
        StringBuilder lines = new StringBuilder("label,text\n");
        for (Map<String, Object> row : rows) {
            String text = row.get("text").toString().replace("\"", "\"\"");
            lines.append(row.get("label")).append(",\"").append(text).append("\"\n");
        }
        return Files.writeString(directory.resolve(name), lines.toString());
    }
}
