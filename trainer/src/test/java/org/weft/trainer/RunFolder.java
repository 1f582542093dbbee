package org.weft.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A run directory on this machine's disk, its configuration, and the commands over it. */
public record RunFolder(Path home, Path config) {
    private static final String[] WORDS =
            ("the a ship sailed sea wind never always 12 7 don't it's café and or from under light deep harbour rope"
                            + " mast gull storm quiet captain")
                    .split(" ");

    /** More than three million parameters, so four buckets. */
    public static final String LARGE = "{layers: 4, width: 256, heads: 4, context: 32}";

    /** One bucket. */
    public static final String SMALL = "{layers: 1, width: 32, heads: 2, context: 16}";

    /** A configuration over generated text, eight lanes; nothing is prepared yet. */
    public static RunFolder create(Path home, String model) throws IOException {
        Files.createDirectories(home);
        Path text = Files.writeString(home.resolve("text.txt"), text(400, 7));
        String yaml = """
                run: {name: it, dir: "%s", seed: 5}
                cluster: {master: "local[8]", workers: 1, servers: 1, device: cpu}
                corpus: {input: ["%s"], val_fraction: 0.05}
                tokenizer: {kind: bpe, vocab_size: 512}
                model: %s
                training: {steps: 6, global_batch: 8, micro_batch: 1, lanes: 8, learning_rate: 1.0e-3,
                  min_learning_rate: 1.0e-4, warmup_steps: 2, eval_every: 3, eval_batches: 4}
                checkpoint: {every: 2, keep: 2}
                """.formatted(uri(home.resolve("run")), uri(text), model);
        return new RunFolder(home, Files.writeString(home.resolve("run.yaml"), yaml));
    }

    /** Paragraphs of a few sentences' length. */
    public static String text(int documents, long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int d = 0; d < documents; d++) {
            int words = 30 + random.nextInt(30);
            for (int w = 0; w < words; w++) {
                text.append(WORDS[random.nextInt(WORDS.length)]).append(w == words - 1 ? ".\n\n" : " ");
            }
        }
        return text.toString();
    }

    /** A run of its own over the same corpus and configuration. */
    public RunFolder sibling(String name) {
        try {
            RunFolder other = create(home.resolveSibling(name), LARGE);
            String yaml = Files.readString(config).replace(uri(dir()), "%DIR%");
            Files.writeString(other.config, yaml.replace("%DIR%", uri(other.dir())));
            copy(dir().resolve("corpus"), other.dir().resolve("corpus"));
            return other;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** Without the slash that a directory's own URI ends in. */
    public static String uri(Path path) {
        return "file://" + path.toAbsolutePath();
    }

    public Path dir() {
        return home.resolve("run");
    }

    public Path checkpoint(int step) {
        return dir().resolve(String.format("checkpoints/step-%08d", step));
    }

    public boolean hasCheckpoint(int step) {
        return Files.exists(checkpoint(step).resolve("manifest.json"));
    }

    /** Committed ones: a directory without a manifest is what a checkpoint left that was given up for a later one. */
    public List<String> checkpoints() throws IOException {
        try (Stream<Path> found = Files.list(dir().resolve("checkpoints"))) {
            return found.filter(path -> Files.exists(path.resolve("manifest.json")))
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    public RunFolder prepared() {
        command("prepare").done();
        return this;
    }

    /** {@code settings}: {@code key=value}, or options, which begin with dashes, and their values after a blank. */
    public CommandRun command(String command, String... settings) {
        return CommandRun.of(arguments(command, settings));
    }

    public CommandRun pretrain(String... settings) {
        return command("pretrain", settings);
    }

    /** {@code params_sha256} of a run on this corpus in one process, beside this one, that nothing disturbs. */
    public String ofOneProcess(String... settings) {
        return sibling("one-process").pretrain(settings).done().paramsSha256();
    }

    public List<String> arguments(String command, String... settings) {
        List<String> arguments = new ArrayList<>(List.of(command, "--config", config.toString()));
        for (String setting : settings) {
            if (setting.startsWith("--")) {
                arguments.addAll(List.of(setting.split(" ", 2)));
            } else {
                arguments.addAll(List.of("--set", setting));
            }
        }
        return arguments;
    }

    public List<JsonNode> metrics() throws IOException {
        return Files.readAllLines(dir().resolve("metrics.jsonl")).stream()
                .map(CommandRun::json)
                .toList();
    }

    /** The lines of steps, in the file's order. */
    public List<JsonNode> steps() throws IOException {
        return metrics().stream().filter(line -> line.has("loss")).toList();
    }

    /** Steps that have a line, in the file's order. */
    public List<Integer> stepsWithMetrics() throws IOException {
        return steps().stream().map(line -> line.path("step").asInt()).toList();
    }

    /** Size and time of every file of the run: the same before and after where nothing was touched. */
    public TreeMap<String, String> fingerprint() throws IOException {
        TreeMap<String, String> files = new TreeMap<>();
        if (!Files.exists(dir())) {
            return files;
        }
        try (Stream<Path> found = Files.walk(dir())) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                files.put(
                        dir().relativize(file).toString(),
                        Files.size(file) + " bytes " + Files.getLastModifiedTime(file));
            }
        }
        return files;
    }
}
