package org.weft.corpus.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.weft.core.Json;
import org.weft.core.Sha256;

/**
 * What was counted on the way of documents, and a few examples of what each rule met. Tallies of parts become the
 * whole's by {@link #merge} in any order and grouping, and have the same value however the documents were cut: sums of
 * whole numbers, and of all examples of a rule the {@link #EXAMPLES} whose texts have the smallest hashes. So a tally
 * does not grow with the data, as long as names are of closed sets: rules, languages, kinds, sources.
 *
 * <p>A tally travels as the result of a task or in a part's file, never as an accumulator of Spark's, which counts twice
 * what is computed twice. For one thread.
 */
public final class Tally implements Serializable {
    /** Examples that are kept of a rule. */
    public static final int EXAMPLES = 5;

    /** Characters that are kept of an example. */
    public static final int EXAMPLE_CHARACTERS = 400;

    private static final long serialVersionUID = 1L;
    private static final int HASH_BYTES = 8;

    /** Sorted only where somebody looks: a step counts a few times for each document. */
    private final HashMap<String, long[]> counts = new HashMap<>();

    /** By rule, and there by the hash of the whole text. */
    private final TreeMap<String, TreeMap<String, String>> examples = new TreeMap<>();

    /** One more of something. */
    public void add(String name) {
        add(name, 1);
    }

    /** More of something; none of it makes the name known all the same. */
    public void add(String name, long more) {
        long[] count = counts.computeIfAbsent(name, absent -> new long[1]);
        count[0] = Math.addExact(count[0], more);
    }

    /** A text that a rule met. */
    public void example(String rule, String text) {
        example(rule, text, UnaryOperator.identity());
    }

    /**
     * A text that a rule met.
     *
     * @param shown what of the text may be seen, asked only for those that are kept; a function of the text alone
     */
    public void example(String rule, String text, UnaryOperator<String> shown) {
        byte[] hash = Arrays.copyOf(Sha256.of(text.getBytes(StandardCharsets.UTF_8)), HASH_BYTES);
        String key = HexFormat.of().formatHex(hash);
        TreeMap<String, String> kept = examples.computeIfAbsent(rule, absent -> new TreeMap<>());
        if (kept.size() < EXAMPLES || key.compareTo(kept.lastKey()) < 0) {
            keep(kept, key, clipped(shown.apply(text)));
        }
    }

    private static void keep(TreeMap<String, String> kept, String key, String text) {
        kept.merge(key, text, (one, other) -> one.compareTo(other) <= 0 ? one : other);
        if (kept.size() > EXAMPLES) {
            kept.pollLastEntry();
        }
    }

    /** The beginning, and an ellipsis where that is not all. */
    private static String clipped(String text) {
        if (text.length() <= EXAMPLE_CHARACTERS) {
            return text;
        }
        int end = EXAMPLE_CHARACTERS - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    /** Takes in another tally, which stays as it is; gives this one. */
    public Tally merge(Tally other) {
        other.counts.forEach((name, count) -> add(name, count[0]));
        other.examples.forEach((rule, texts) -> {
            TreeMap<String, String> kept = examples.computeIfAbsent(rule, absent -> new TreeMap<>());
            texts.forEach((key, text) -> keep(kept, key, text));
        });
        return this;
    }

    /** How many; 0 of what was never counted. */
    public long count(String name) {
        long[] count = counts.get(name);
        return count == null ? 0 : count[0];
    }

    /** All counters, by name. */
    public SortedMap<String, Long> counts() {
        return counts("");
    }

    /** Those counters whose name begins so, by the rest of their name. */
    public SortedMap<String, Long> counts(String prefix) {
        SortedMap<String, Long> found = new TreeMap<>();
        counts.forEach((name, count) -> {
            if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), count[0]);
            }
        });
        return found;
    }

    /** Rules that have examples. */
    public List<String> rulesWithExamples() {
        return List.copyOf(examples.keySet());
    }

    /** The examples of a rule, in the order of their hashes. */
    public List<String> examples(String rule) {
        return List.copyOf(examples.getOrDefault(rule, new TreeMap<>()).values());
    }

    /** {@code {"counts": {name: n}, "examples": {rule: {hash: text}}}}, names in order: equal tallies, equal bytes. */
    public byte[] toJson() throws IOException {
        ObjectNode tree = Json.MAPPER.createObjectNode();
        ObjectNode numbers = tree.putObject("counts");
        counts().forEach(numbers::put);
        ObjectNode rules = tree.putObject("examples");
        examples.forEach((rule, texts) -> {
            ObjectNode node = rules.putObject(rule);
            texts.forEach(node::put);
        });
        return Json.MAPPER.writeValueAsBytes(tree);
    }

    /** What {@link #toJson} wrote. */
    public static Tally ofJson(byte[] json) throws IOException {
        JsonNode tree = Json.MAPPER.readTree(json);
        Tally tally = new Tally();
        tree.path("counts")
                .fields()
                .forEachRemaining(
                        entry -> tally.add(entry.getKey(), entry.getValue().longValue()));
        tree.path("examples").fields().forEachRemaining(rule -> {
            TreeMap<String, String> kept = tally.examples.computeIfAbsent(rule.getKey(), absent -> new TreeMap<>());
            rule.getValue()
                    .fields()
                    .forEachRemaining(
                            text -> keep(kept, text.getKey(), text.getValue().textValue()));
        });
        return tally;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tally tally && counts().equals(tally.counts()) && examples.equals(tally.examples);
    }

    @Override
    public int hashCode() {
        return Objects.hash(counts(), examples);
    }

    /** The counters alone. */
    @Override
    public String toString() {
        return counts().toString();
    }
}
