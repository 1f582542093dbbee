package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors that each read a part of the texts give a person one name: that of one process which reads all of them. */
class PseudonymsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    static Path temporary;

    @Test
    void areTheSameOnEveryExecutor() throws Exception {
        RunFolder one = RunFolder.create(temporary.resolve("pseudonyms-of-one"), RunFolder.SMALL);
        List<String> settings = new ArrayList<>(pseudonyms(one.home()));
        one.command("prepare", settings.toArray(String[]::new)).done();
        RunFolder two = RunFolder.create(temporary.resolve("pseudonyms-of-two"), RunFolder.SMALL);
        settings.add("cluster.master=local-cluster[2,1,1024]");
        Path log = Files.createDirectories(two.home().resolve("events"));
        try (LaunchedRun launched = LaunchedRun.start(
                two.home(),
                two.arguments("prepare", settings.toArray(String[]::new)),
                "-Dspark.eventLog.enabled=true",
                "-Dspark.eventLog.dir=" + log.toUri(),
                "-Dspark.eventLog.compress=false", // Spark 4 does by default.
                "-Dspark.scheduler.minRegisteredResourcesRatio=1.0")) {
            launched.ended(PATIENCE).done();
        }
        assertThat(executorsThatRead(log)).containsExactly("0", "1");
        assertThat(tokens(two)).isNotEmpty().isEqualTo(tokens(one));
        assertThat(Files.readString(two.dir().resolve("corpus/provenance.json")))
                .contains("privacy.found.email", "pseudonym key=");
    }

    /** Four sources, read by a task each, which speak of the same four people. */
    private static List<String> pseudonyms(Path home) throws IOException {
        Path file = Files.writeString(home.resolve("key"), "a key of sixteen bytes and more");
        List<String> sources = new ArrayList<>();
        for (String source : List.of("a", "b", "c", "d")) {
            String letters = IntStream.range(0, 8)
                    .mapToObj(letter -> "Letter " + letter + " of " + source + ": write to person" + letter % 4
                            + "@example.org about the ship.\n\n")
                    .collect(Collectors.joining());
            Path text = Files.writeString(home.resolve(source + ".txt"), letters);
            sources.add("{name: " + source + ", input: [\"" + RunFolder.uri(text) + "\"]}");
        }
        return List.of(
                "corpus.input=[]",
                "tokenizer.vocab_size=260",
                "corpus.sources=[" + String.join(", ", sources) + "]",
                "corpus.privacy.kinds=[email]",
                "corpus.privacy.replace=pseudonym",
                "corpus.privacy.key_file=" + RunFolder.uri(file));
    }

    /** Which executors had tasks of the first stage that had one for each source. */
    private static Set<String> executorsThatRead(Path log) throws IOException {
        List<JsonNode> tasks = new ArrayList<>();
        try (Stream<Path> files = Files.walk(log)) { // Spark 4 rolls: a directory, with more beside the events
            for (Path file : files.filter(PseudonymsIT::holdsEvents).toList()) {
                Files.readAllLines(file).stream()
                        .filter(line -> line.contains("SparkListenerTaskEnd"))
                        .map(CommandRun::json)
                        .forEach(tasks::add);
            }
        }
        int first = tasks.stream()
                .mapToInt(task -> task.path("Stage ID").asInt())
                .filter(stage -> tasks.stream()
                                .filter(task -> task.path("Stage ID").asInt() == stage)
                                .map(task -> task.path("Task Info").path("Index"))
                                .distinct() // a task that is repeated is one
                                .count()
                        == 4)
                .min()
                .orElseThrow();
        return tasks.stream()
                .filter(task -> task.path("Stage ID").asInt() == first)
                .map(task -> task.path("Task Info").path("Executor ID").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean holdsEvents(Path file) {
        return Files.isRegularFile(file) && file.getFileName().toString().matches("(events_|app-|local-).*(?<!\\.crc)");
    }

    /** The corpus's shards by name. */
    private static Map<String, String> tokens(RunFolder run) throws IOException {
        Map<String, String> tokens = new TreeMap<>();
        try (Stream<Path> files = Files.list(run.dir().resolve("corpus"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".tokens")).toList()) {
                tokens.put(file.getFileName().toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return tokens;
    }
}
