package org.weft.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.weft.core.Json;
import org.weft.core.Records;
import org.weft.core.config.CleanConfig;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.PrivacyConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.corpus.clean.CleaningSteps;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

/**
 * Cleaning and scrubbing on one thread, without Spark.
 *
 * <pre>
 *   decide RULES FILE OUT   each document's fate, a line each: the rule that drops it, or - ; then the counts
 *   speed ROUNDS FILE…      MB of UTF-8 a second of processor time, of each set of rules and kind, alone and all together
 * </pre>
 *
 * <p>A FILE is JSON lines with {@code text}, maybe .gz, or a text whose paragraphs are documents.
 */
public final class CleaningBench {
    private static final double MEGABYTE = 1e6;
    private static final double NANOS = 1e9;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private CleaningBench() {}

    public static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "decide" -> decide(args[1], Path.of(args[2]), Path.of(args[3]));
            case "speed" -> speed(Integer.parseInt(args[1]), List.of(args).subList(2, args.length));
            default -> throw new IllegalArgumentException("decide or speed, not " + args[0]);
        }
    }

    private static void decide(String rules, Path file, Path out) throws IOException {
        Tally tally = new Tally();
        TextStep.Pass pass = steps(rules, "").begin();
        try (PrintWriter decisions = new PrintWriter(Files.newBufferedWriter(out, StandardCharsets.UTF_8))) {
            for (String text : documents(file)) {
                TextStep.Outcome outcome = pass.apply(text, tally);
                decisions.println(outcome.isDropped() ? outcome.droppedBy() : "-");
                if (outcome.isDropped()) {
                    tally.add("dropped." + outcome.droppedBy());
                }
            }
        }
        tally.counts().forEach((name, count) -> System.out.println(name + "\t" + count));
    }

    private static void speed(int rounds, List<String> files) throws IOException {
        System.out.println("file\tsteps\tMB/s of processor time (median of " + rounds + ")\tkept");
        for (String file : files) {
            List<String> texts = documents(Path.of(file));
            String name = Path.of(file).getFileName().toString();
            for (String rules : List.of("unicode", "gopher", "c4", "fineweb", "repeated", "language", "all")) {
                measure(name + "\t" + rules, steps(rules, ""), texts, rounds);
            }
            measure(name + "\tprivacy", steps("none", "all"), texts, rounds);
            measure(name + "\tall + language + privacy", steps("all,language", "all"), texts, rounds);
        }
    }

    private static void measure(String name, TextStep steps, List<String> texts, int rounds) {
        long bytes = texts.stream()
                .mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length)
                .sum();
        TextStep.Pass pass = steps.begin();
        List<Double> speeds = new ArrayList<>();
        int kept = 0;
        for (int round = -2; round < rounds; round++) {
            Tally tally = new Tally();
            kept = 0;
            long start = THREADS.getCurrentThreadCpuTime();
            for (String text : texts) {
                kept += pass.apply(text, tally).isDropped() ? 0 : 1;
            }
            double seconds = (THREADS.getCurrentThreadCpuTime() - start) / NANOS;
            if (round >= 0) {
                speeds.add(bytes / MEGABYTE / seconds);
            }
        }
        speeds.sort(null);
        System.out.printf(Locale.ROOT, "%s\t%.1f\t%d of %d%n", name, speeds.get(rounds / 2), kept, texts.size());
    }

    /**
     * @param rules separated by commas; {@code language} counts languages
     * @param kinds of what is scrubbed
     */
    private static TextStep steps(String rules, String kinds) throws IOException {
        List<String> words = new ArrayList<>(List.of(rules.split(",")));
        boolean languages = words.remove("language");
        CorpusConfig corpus = WeftConfig.defaults().corpus();
        CleanConfig clean = Records.with(corpus.clean(), "rules", List.copyOf(words));
        clean = Records.with(clean, "countLanguages", languages);
        PrivacyConfig privacy = Records.with(corpus.privacy(), "kinds", kinds.isEmpty() ? List.of() : List.of(kinds));
        return CleaningSteps.of(
                Records.with(Records.with(corpus, "clean", clean), "privacy", privacy), HadoopStore.local());
    }

    private static List<String> documents(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (!name.contains(".jsonl")) {
            return List.of(Files.readString(file).split("\n\\s*\n"));
        }
        List<String> texts = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file);
                BufferedReader lines = new BufferedReader(new InputStreamReader(
                        name.endsWith(".gz") ? new GZIPInputStream(in) : in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode document = Json.MAPPER.readTree(line);
                texts.add(document.path("text").asText());
            }
        }
        return texts;
    }
}
