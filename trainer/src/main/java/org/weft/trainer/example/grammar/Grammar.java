package org.weft.trainer.example.grammar;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.JsonFault;
import org.weft.core.Sha256;
import org.weft.core.SplitMix64;
import org.weft.core.WeftException;

/**
 * Rules by which texts are made that belong together, a synchronous context-free grammar (Aho and Ullman 1969) with variables:
 *
 * <pre>
 * about: one line
 * files:
 *   train.jsonl: {from: sentence, rows: 1, columns: {prompt: en, response: de}}
 * rules:
 *   sentence:
 *     - let: {who: person, whom: person}        # two persons, different ones, in all that is below
 *       en: "{^who} sees {whom}."               # the form en of who, with a capital letter
 *       de: "{^who} sieht {whom.accusative}."
 *   person:
 *     - {en: the man, de: der Mann, accusative: den Mann, weight: 2}
 *     - Ada                                     # the same in all forms
 *   pages: 3..400                               # a whole number
 *   report:
 *     - text: ["{cause}", "{day}"]              # in an order that is drawn
 * </pre>
 *
 * A place without a form has the form of the text that it is in. Immutable.
 */
public final class Grammar {
    private static final ObjectMapper YAML = JsonMapper.builder(new YAMLFactory())
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private static final int JUDGED_ONE_IN = 10;
    /** Draws for each row that is wanted, before there are said to be too few. */
    private static final int TRIES = 200;

    private static final Pattern RANGE = Pattern.compile("(\\d{1,6})\\.\\.(\\d{1,6})");

    private final Path file;
    private final String about;
    private final Map<String, OutputFile> files = new LinkedHashMap<>();
    private final Map<String, List<Alternative>> rules = new LinkedHashMap<>();

    private Grammar(Path file, JsonNode tree) throws JsonProcessingException {
        this.file = file;
        this.about = tree.path("about").asText();
        if (about.isEmpty()
                || !tree.path("files").isObject()
                || !tree.path("rules").isObject()) {
            throw fault("it wants about, files and rules");
        }
        for (Map.Entry<String, JsonNode> rule : tree.path("rules").properties()) {
            rules.put(rule.getKey(), alternatives(rule.getKey(), rule.getValue()));
        }
        for (Map.Entry<String, JsonNode> output : tree.path("files").properties()) {
            OutputFile made = YAML.treeToValue(output.getValue(), OutputFile.class);
            if (!rules.containsKey(made.from())) {
                throw fault(output.getKey() + ": there is no rule " + made.from());
            }
            files.put(output.getKey(), made);
        }
    }

    /** Reads a file; what is wrong with it is told with the rule. */
    public static Grammar load(Path file) throws IOException {
        try {
            if (!Files.isRegularFile(file)) {
                throw fault(file, "there is no such file");
            }
            return new Grammar(file, YAML.readTree(Files.readString(file)));
        } catch (ValueInstantiationException refused) {
            throw fault(file, refused.getCause().getMessage());
        } catch (JsonProcessingException broken) {
            int line = broken.getLocation() == null ? 0 : broken.getLocation().getLineNr();
            String what = JsonFault.inLine(broken).lines().findFirst().orElse("");
            throw fault(file, line < 1 ? what : "line " + line + ": " + what);
        }
    }

    /** What it makes, in one line. */
    public String about() {
        return about;
    }

    /** The files that it makes, by name, in the order in which they stand. */
    public Map<String, OutputFile> files() {
        return Collections.unmodifiableMap(files);
    }

    /**
     * Rows of a file, no two with the same key. What the first of them are does not depend on how many there are.
     *
     * @throws WeftException where the grammar has not as many
     */
    public List<Map<String, Object>> rows(String name, int count) {
        OutputFile output = files.get(name);
        long seed = hash(output.from());
        Set<String> seen = new HashSet<>();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (long number = 0; rows.size() < count; number++) {
            if (number > (long) TRIES * count + TRIES) {
                throw WeftException.invalidData(
                        file + ": " + name + " has " + rows.size() + " different rows, not " + count,
                        "ask for fewer, or give its rules more words");
            }
            Derivation draw = new Derivation(
                    this, output.from(), SplitMix64.start(seed, output.part().ordinal()), number);
            String key = draw.form(output.key());
            if ((output.part() == OutputFile.Part.ALL || part(key) == output.part()) && seen.add(key)) {
                rows.add(output.row(draw));
            }
        }
        return rows;
    }

    private static OutputFile.Part part(String key) {
        return Long.remainderUnsigned(hash(key), JUDGED_ONE_IN) == 0 ? OutputFile.Part.JUDGED : OutputFile.Part.LEARNT;
    }

    private static long hash(String text) {
        return ByteBuffer.wrap(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    boolean has(String rule) {
        return rules.containsKey(rule);
    }

    List<Alternative> rule(String name) {
        List<Alternative> found = rules.get(name);
        if (found == null) {
            throw fault("there is no rule " + name);
        }
        return found;
    }

    WeftException fault(String what) {
        return fault(file, what);
    }

    private static WeftException fault(Path file, String what) {
        return WeftException.usage(file + ": " + what, "examples/README.md tells what stands in a grammar");
    }

    private List<Alternative> alternatives(String rule, JsonNode node) {
        List<Alternative> found = new ArrayList<>();
        if (node.isArray()) {
            for (JsonNode child : node) {
                found.add(alternative(rule, found.size() + 1, child));
            }
        } else {
            Matcher range = RANGE.matcher(node.asText());
            if (!range.matches()) {
                throw fault("rule " + rule + " is neither a list nor a range such as 3..40");
            }
            for (int i = Integer.parseInt(range.group(1)); i <= Integer.parseInt(range.group(2)); i++) {
                found.add(plain(rule, found.size() + 1, new Alternative.Form(List.of(Integer.toString(i)))));
            }
        }
        if (found.isEmpty()) {
            throw fault("rule " + rule + " has no alternative");
        }
        return List.copyOf(found);
    }

    private static Alternative plain(String rule, int number, Alternative.Form text) {
        return new Alternative(rule, number, 1, Map.of(), Map.of(Alternative.TEXT, text));
    }

    private Alternative alternative(String rule, int number, JsonNode node) {
        if (node.isValueNode()) {
            return plain(rule, number, form(rule, number, node));
        }
        double weight = 1;
        Map<String, String> let = new LinkedHashMap<>();
        Map<String, Alternative.Form> forms = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            JsonNode value = field.getValue();
            switch (field.getKey()) {
                case "weight" -> weight = value.asDouble();
                case "let" ->
                    mapping(rule, number, value)
                            .properties()
                            .forEach(entry ->
                                    let.put(entry.getKey(), entry.getValue().asText()));
                default -> forms.put(field.getKey(), form(rule, number, value));
            }
        }
        if (!(weight > 0) || forms.isEmpty()) {
            throw fault("rule " + rule + ", alternative " + number + " wants a text, and a weight above 0");
        }
        return new Alternative(rule, number, weight, let, forms);
    }

    private JsonNode mapping(String rule, int number, JsonNode value) {
        if (!value.isObject()) {
            throw fault("rule " + rule + ", alternative " + number + ": let wants variables with their rules");
        }
        return value;
    }

    private Alternative.Form form(String rule, int number, JsonNode value) {
        List<String> parts = new ArrayList<>();
        for (JsonNode part : value.isArray() ? value : List.of(value)) {
            String text = part.asText();
            if (!part.isValueNode() || Derivation.strays(text)) {
                throw fault("rule " + rule + ", alternative " + number + ": " + part
                        + " is no text with places such as {rule.form}");
            }
            parts.add(text);
        }
        return new Alternative.Form(parts);
    }
}
