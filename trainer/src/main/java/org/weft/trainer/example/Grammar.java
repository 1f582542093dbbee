package org.weft.trainer.example;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.JsonFault;
import org.weft.core.SplitMix64;
import org.weft.core.WeftException;

/**
 * Rows made by rule, from {@code grammar.yaml} beside an example.
 *
 * <pre>
 * rows:                                  # taken in turn: a row has these columns
 *   - {text: "{beginning} {end}"}
 * symbols:                               # {name} is one of these, within a row always the same one
 *   beginning: ["Once there was a {animal.1}.", "There lived a {animal.1}."]
 *   animal: [[fox, 狐狸], [hen, 母鸡]]    # {animal.1} is the first part of the one, {animal.2} the second
 * </pre>
 *
 * Row n is a function of n alone: the symbols are drawn from a sequence of its own.
 */
final class Grammar {
    static final String FILE = "grammar.yaml";

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Pattern SYMBOL = Pattern.compile("\\{([a-z_]+)(?:\\.([1-9]))?}");
    private static final long SEED = 20;
    /** Symbols within symbols; more is a circle. */
    private static final int DEEPEST = 20;

    private final String name;
    private final JsonNode rows;
    private final JsonNode symbols;

    private Grammar(String name, JsonNode tree) {
        this.name = name;
        this.rows = tree.path("rows");
        this.symbols = tree.path("symbols");
    }

    /** Reads a grammar, and tries its rows. */
    static Grammar read(Path file) throws IOException {
        return of(file.toString(), Files.readString(file));
    }

    /**
     * @param name for errors
     */
    static Grammar of(String name, String yaml) {
        try {
            Grammar grammar = new Grammar(name, YAML.readTree(yaml));
            if (!grammar.rows.isArray() || grammar.rows.isEmpty()) {
                throw grammar.wrong("it has no rows");
            }
            return grammar;
        } catch (JsonProcessingException broken) {
            throw WeftException.usage(name + ": " + JsonFault.inLine(broken), "it must be YAML");
        }
    }

    /** Row {@code number}, by column. */
    Map<String, String> row(int number) {
        Map<String, Integer> drawn = new HashMap<>();
        Map<String, String> row = new LinkedHashMap<>();
        rows.get(number % rows.size())
                .fields()
                .forEachRemaining(column ->
                        row.put(column.getKey(), expanded(column.getValue().asText(), number, drawn, 0)));
        return row;
    }

    private String expanded(String text, int number, Map<String, Integer> drawn, int depth) {
        if (depth > DEEPEST) {
            throw wrong("symbols lead in a circle: " + text);
        }
        Matcher symbol = SYMBOL.matcher(text);
        StringBuilder whole = new StringBuilder();
        while (symbol.find()) {
            JsonNode choices = symbols.path(symbol.group(1));
            if (!choices.isArray() || choices.isEmpty()) {
                throw wrong("there is no symbol " + symbol.group(1) + ": " + text);
            }
            int choice = drawn.computeIfAbsent(symbol.group(1), of -> draw(number, of, choices.size()));
            JsonNode chosen = choices.get(choice);
            JsonNode part = symbol.group(2) == null ? chosen : chosen.path(Integer.parseInt(symbol.group(2)) - 1);
            if (!part.isValueNode()) {
                throw wrong("{" + symbol.group(1) + "} stands for parts, or lacks one: " + text);
            }
            symbol.appendReplacement(whole, "");
            whole.append(expanded(part.asText(), number, drawn, depth + 1));
        }
        return symbol.appendTail(whole).toString();
    }

    /** What is drawn of a symbol does not depend on the others. */
    private static int draw(int number, String symbol, int choices) {
        return (int) (SplitMix64.uniform(SplitMix64.start(SEED, number), symbol.hashCode()) * choices);
    }

    private WeftException wrong(String what) {
        return WeftException.usage(name + ": " + what, "examples/README.md tells how rows are made");
    }
}
