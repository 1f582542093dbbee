package org.weft.dl4j.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.weft.trainer.Main;

/** A run directory and the commands over it; one command of a process at a time. */
record EngineRun(Path home) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path DISTRIBUTION =
            Path.of("..", "trainer", "target", "dist").toAbsolutePath().normalize();
    private static final int MINUTES = 4;

    /** With a text; nothing is prepared yet. */
    static EngineRun create(Path home) throws IOException {
        Files.createDirectories(home);
        String[] words = "the a ship sailed sea wind never always and or from under light deep harbour rope".split(" ");
        Random random = new Random(7);
        StringBuilder text = new StringBuilder();
        for (int paragraph = 0; paragraph < 300; paragraph++) {
            for (int word = 0; word < 30; word++) {
                text.append(words[random.nextInt(words.length)]).append(word == 29 ? ".\n\n" : " ");
            }
        }
        Files.writeString(home.resolve("text.txt"), text);
        return new EngineRun(home);
    }

    /** Another run over the same corpus. */
    EngineRun fresh(String name) throws IOException {
        EngineRun other = new EngineRun(home.resolveSibling(name));
        copy(home.resolve("corpus"), other.home.resolve("corpus"));
        return other;
    }

    /** All of this run under another name. */
    EngineRun copy(String name) throws IOException {
        EngineRun other = new EngineRun(home.resolveSibling(name));
        copy(home, other.home);
        return other;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> found = Files.walk(from)) {
            for (Path each : found.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else if (!each.getFileName().toString().equals("lease.json")) {
                    Files.copy(each, target);
                }
            }
        }
    }

    /** Runs a command in this process, which must succeed; all that it printed. */
    String command(String command, String... settings) {
        Printed printed = run(command, settings);
        assertThat(printed.status()).as(printed.text()).isZero();
        return printed.text();
    }

    /** Runs a command that must end with a usage error; all that it printed. */
    String failed(String command, String... settings) {
        Printed printed = run(command, settings);
        assertThat(printed.status()).as(printed.text()).isEqualTo(2);
        return printed.text();
    }

    private record Printed(int status, String text) {}

    private Printed run(String command, String... settings) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream now = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setOut(now);
            System.setErr(now);
            int status = Main.run(arguments(command, settings).toArray(String[]::new));
            return new Printed(status, bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** The same by the distribution's launcher, in a process of its own with executors in theirs. */
    String launched(String command, String... settings) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(DISTRIBUTION.resolve("weft").toString()));
        line.addAll(arguments(command, settings));
        Path output = home.resolve("launched.txt");
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
        String added = addedClassPath();
        builder.environment().put("WEFT_DRIVER_MEMORY", "1g");
        builder.environment().put("WEFT_EXTRA_CLASSPATH", added);
        builder.environment()
                .put("WEFT_JAVA_OPTS", "-Dspark.executor.extraClassPath=" + DISTRIBUTION + "/lib/*:" + added);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES))
                    .as("ends in time")
                    .isTrue();
            String text = Files.readString(output);
            assertThat(process.exitValue()).as(text).isZero();
            return text;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** This module and the libraries that the distribution does not have. */
    private static String addedClassPath() throws IOException {
        List<String> there = new ArrayList<>();
        for (String folder : new String[] {"lib", "spark/jars", "local"}) {
            try (Stream<Path> jars = Files.list(DISTRIBUTION.resolve(folder))) {
                jars.forEach(jar -> there.add(jar.getFileName().toString()));
            }
        }
        Stream<String> libraries = Stream.of(
                        System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(each -> each.endsWith(".jar"))
                .filter(each -> !there.contains(Path.of(each).getFileName().toString()));
        String own = Dl4jEngineProvider.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        return Stream.concat(Stream.of(own), libraries).collect(Collectors.joining(File.pathSeparator));
    }

    private List<String> arguments(String command, String... settings) {
        List<String> arguments = new ArrayList<>(List.of(command));
        for (int i = 0; i < settings.length; i++) {
            if (settings[i].startsWith("--")) {
                arguments.addAll(List.of(settings[i], settings[++i]));
            } else {
                arguments.addAll(List.of("--set", settings[i]));
            }
        }
        if (!command.equals("evaluate")) {
            arguments.addAll(1, List.of("--config", config().toString()));
        }
        return arguments;
    }

    /** A constant learning rate: a run's first steps do not depend on how many there will be. */
    private Path config() {
        String yaml = """
                run: {name: engines, dir: "file://%s", seed: 5}
                cluster: {master: "local[5]", workers: 2, servers: 1, device: cpu}
                corpus: {input: ["file://%s"], val_fraction: 0.05}
                tokenizer: {kind: bpe, vocab_size: 400}
                model: {layers: 2, width: 32, heads: 2, context: 16}
                training: {steps: 10, global_batch: 8, micro_batch: 2, lanes: 4, learning_rate: 5.0e-3,
                  min_learning_rate: 5.0e-3, warmup_steps: 2, eval_every: 0}
                checkpoint: {every: 100}
                """.formatted(home, home.resolveSibling("corpus").resolve("text.txt"));
        try {
            Files.createDirectories(home);
            return Files.writeString(home.resolve("engines.yaml"), yaml);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Of each step, the last time that it was done. */
    double[] losses() throws IOException {
        double[] losses = new double[10];
        for (String line : Files.readAllLines(home.resolve("metrics.jsonl"))) {
            JsonNode step = JSON.readTree(line);
            if (step.has("loss")) {
                losses[step.path("step").asInt() - 1] = step.path("loss").asDouble();
            }
        }
        return losses;
    }

    /** The closing JSON object of a command. */
    static JsonNode summary(String output) throws IOException {
        String last = output.lines()
                .filter(line -> line.startsWith("{\"command\""))
                .reduce((first, second) -> second)
                .orElseThrow();
        return JSON.readTree(last);
    }

    String sha256(String output) throws IOException {
        String hash = summary(output).path("params_sha256").asText();
        assertThat(hash).matches("[0-9a-f]{64}");
        return hash;
    }
}
