package org.weft.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Data sets that can be learnt only by doing what they ask, as JSONL: no input comes twice, so a split by its hash holds
 * out what was never seen.
 *
 * <pre>
 *   instruction   sums of two numbers below 100, and a code out of a list by its place
 *                                                                             prompt, response
 *   qa            a question about one of five sentences about made-up names  question, context, answers
 *   tagging       persons and places of one or two made-up names, which only the words around them tell apart
 *                                                                             tokens, tags (BIO)
 * </pre>
 *
 * Usage: KIND SEED COUNT FILE. A file's lines are a function of kind, seed and count.
 */
public final class GeneratedTasks {
    private static final int SUMMANDS = 100;
    private static final int MOST_SUMS = SUMMANDS * SUMMANDS * 4 / 5; // beyond it, drawing new ones takes long
    private static final int DIGITS = 10;
    private static final int FACTS = 5;
    private static final Set<String> TARGETS = Set.of("response", "answers", "tags");

    private static final List<String> ONSETS = List.of("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v");
    private static final List<String> VOWELS = List.of("a", "e", "i", "o", "u");
    private static final List<String> COLOURS =
            List.of("red", "blue", "green", "white", "black", "dark red", "pale blue");
    private static final List<String> THINGS = List.of("boat", "house", "coat", "dog", "lamp", "cart");
    private static final List<String> PLACES = List.of("first", "second", "third", "fourth", "fifth", "last");
    /** What stands before and after the two names of a sentence: a person's, a place's. */
    private static final List<List<String>> SENTENCES = List.of(
            List.of("yesterday mister", "went to", "by train"),
            List.of("my friend", "was born in", "long ago"),
            List.of("the doctor", "sold a house near", ""),
            List.of("we heard that miss", "lives in", "now"));
    /** The same with the place first. */
    private static final List<List<String>> TURNED =
            List.of(List.of("in", "nobody knew mister", "well"), List.of("the road to", "was built by captain", ""));

    private final Random random;
    private final Set<String> seen = new HashSet<>();

    private GeneratedTasks(long seed) {
        this.random = new Random(seed);
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4) {
            throw new IllegalArgumentException("KIND SEED COUNT FILE expected; kinds: instruction, qa, tagging");
        }
        List<Map<String, Object>> rows =
                rows(arguments[0], Long.parseLong(arguments[1]), Integer.parseInt(arguments[2]));
        ObjectMapper json = new ObjectMapper();
        try (PrintStream out =
                new PrintStream(Files.newOutputStream(Path.of(arguments[3])), false, StandardCharsets.UTF_8)) {
            for (Map<String, Object> row : rows) {
                out.print(json.writeValueAsString(row) + "\n");
            }
        }
    }

    /** The rows of a kind, which is {@code instruction}, {@code qa} or {@code tagging}. */
    static List<Map<String, Object>> rows(String kind, long seed, int count) {
        if (kind.equals("instruction") && count / 2 > MOST_SUMS) {
            throw new IllegalArgumentException(
                    "count=" + count + ": there are not enough sums; at most " + 2 * MOST_SUMS);
        }
        GeneratedTasks tasks = new GeneratedTasks(seed);
        List<Map<String, Object>> rows = new ArrayList<>(count);
        while (rows.size() < count) {
            boolean even = rows.size() % 2 == 0;
            Map<String, Object> row =
                    switch (kind) {
                        case "instruction" -> even ? tasks.lookup() : tasks.sum();
                        case "qa" -> tasks.question();
                        case "tagging" -> tasks.tagged();
                        default -> throw new IllegalArgumentException("kind=" + kind + " is unknown");
                    };
            if (tasks.seen.add(input(row))) {
                rows.add(row);
            }
        }
        return rows;
    }

    /** What a model sees of a row. */
    private static String input(Map<String, Object> row) {
        Map<String, Object> input = new LinkedHashMap<>(row);
        input.keySet().removeAll(TARGETS);
        return input.toString();
    }

    private Map<String, Object> sum() {
        int a = random.nextInt(SUMMANDS);
        int b = random.nextInt(SUMMANDS);
        return row("prompt", "Add " + a + " and " + b + ".", "response", Integer.toString(a + b));
    }

    private Map<String, Object> lookup() {
        List<String> codes = new ArrayList<>();
        while (codes.size() < PLACES.size()) {
            codes.add(Integer.toString(random.nextInt(DIGITS)));
        }
        int asked = random.nextInt(PLACES.size());
        return row(
                "prompt",
                "Codes: " + String.join(" ", codes) + ". Which is the " + PLACES.get(asked) + "?",
                "response",
                codes.get(asked));
    }

    private Map<String, Object> question() {
        List<String> people = names(FACTS);
        List<String> places = names(FACTS);
        StringBuilder context = new StringBuilder();
        int asked = random.nextInt(FACTS);
        String question = "";
        int start = 0;
        String answer = "";
        for (int f = 0; f < FACTS; f++) {
            boolean place = random.nextBoolean();
            String value = place ? capital(places.get(f)) : pick(COLOURS);
            String thing = pick(THINGS);
            String person = capital(people.get(f));
            context.append(f == 0 ? "" : " ");
            context.append(place ? person + " lives in " : "The " + thing + " of " + person + " is ");
            if (f == asked) {
                question = place
                        ? "Where does " + person + " live?"
                        : "What colour is the " + thing + " of " + person + "?";
                start = context.length();
                answer = value;
            }
            context.append(value).append('.');
        }
        Map<String, Object> row = row("question", question, "context", context.toString());
        row.put("answers", row("text", List.of(answer), "answer_start", List.of(start)));
        return row;
    }

    private Map<String, Object> tagged() {
        boolean turned = random.nextInt(3) == 0;
        List<String> around = turned ? pick(TURNED) : pick(SENTENCES);
        List<String> tokens = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        words(around.get(0), tokens, tags);
        name(turned ? "LOC" : "PER", tokens, tags);
        words(around.get(1), tokens, tags);
        name(turned ? "PER" : "LOC", tokens, tags);
        words(around.get(2), tokens, tags);
        return row("tokens", tokens, "tags", tags);
    }

    private static void words(String words, List<String> tokens, List<String> tags) {
        for (String word : words.isEmpty() ? new String[0] : words.split(" ")) {
            tokens.add(word);
            tags.add("O");
        }
    }

    private void name(String kind, List<String> tokens, List<String> tags) {
        List<String> parts = names(1 + random.nextInt(2));
        for (int i = 0; i < parts.size(); i++) {
            tokens.add(parts.get(i));
            tags.add((i == 0 ? "B-" : "I-") + kind);
        }
    }

    /** Names of two syllables, no two alike. */
    private List<String> names(int count) {
        List<String> names = new ArrayList<>();
        while (names.size() < count) {
            String name = pick(ONSETS) + pick(VOWELS) + pick(ONSETS) + pick(VOWELS);
            if (Collections.frequency(names, name) == 0) {
                names.add(name);
            }
        }
        return names;
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static String capital(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private static Map<String, Object> row(String firstKey, Object first, String secondKey, Object second) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put(firstKey, first);
        row.put(secondKey, second);
        return row;
    }
}
