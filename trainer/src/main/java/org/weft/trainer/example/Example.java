package org.weft.trainer.example;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.weft.core.JsonFault;
import org.weft.core.WeftException;
import org.weft.core.config.Suggestion;

/**
 * {@code examples/NAME/example.yaml}: an example as data. Its steps are Weft's own commands, word by word as a person types
 * them, so that the page of an example can show the same lines for a cluster.
 *
 * <pre>
 * title: one line
 * room: trainer                           # whose command runs it; of any other the rest is that room's
 * bar: {metric: accuracy, at_least: 0.7}
 * data: {from: wordnet-topics, rows: 2500}
 * run: /weft/examples/NAME/tuned          # whose epochs and figures are shown
 * steps:
 *   - [finetune, --config, examples/NAME/finetune.yaml]
 * show: {rows: /weft/examples/NAME/predictions, text: text, label: label, prediction: prediction}
 * small: {rows: 40, bar: {…}, set: {finetune: [finetune.epochs=1]}}
 * </pre>
 *
 * @param title one line
 * @param data what the steps read
 * @param run directory of the run that is judged
 * @param steps words of a command each
 * @param show rows to show, or null for none
 * @param page that models are tried on, or null for none
 * @param small what is otherwise with {@code --small}
 */
public record Example(
        @JsonProperty(required = true) String title,
        @JsonProperty(required = true) String room,
        @JsonProperty(required = true) Bar bar,
        @JsonProperty(required = true) Data data,
        @JsonProperty(required = true) String run,
        @JsonProperty(required = true) List<List<String>> steps,
        Show show,
        Page page,
        @JsonProperty(required = true) Small small) {
    /** The folder of all examples, under Weft's home. */
    public static final String FOLDER = "examples";
    /** The file that makes a folder an example. */
    public static final String FILE = "example.yaml";
    /** The room whose examples are run here. */
    public static final String ROOM = "trainer";

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory())
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    /** The parser's words for a key that must be there. */
    private static final Pattern MISSING = Pattern.compile("Missing required creator property '([^']*)'");

    /**
     * What the steps read.
     *
     * @param from a word of {@link ExampleData}
     * @param rows of each class, or in all; 0 for as many as there are
     */
    public record Data(@JsonProperty(required = true) String from, int rows) {}

    /**
     * Rows of JSON lines of which some are shown.
     *
     * @param rows a directory that a step writes
     * @param text the column that was read
     * @param label the column of what is right
     * @param prediction the column of what the model says
     */
    public record Show(
            @JsonProperty(required = true) String rows,
            @JsonProperty(required = true) String text,
            @JsonProperty(required = true) String label,
            @JsonProperty(required = true) String prediction) {}

    /**
     * A page of HTML on which models are tried together, for {@code weft serve --page}.
     *
     * @param file beside {@code example.yaml}
     * @param models runs by the names that the page asks for them by
     * @param rows files of the example's data whose first rows the page is given
     */
    public record Page(
            @JsonProperty(required = true) String file,
            @JsonProperty(required = true) LinkedHashMap<String, String> models,
            @JsonProperty(required = true) List<String> rows) {}

    /**
     * The size of a test.
     *
     * @param rows in place of the data's
     * @param bar in place of the example's
     * @param set settings over those of the recipes: of each command that reads any by its name
     */
    public record Small(
            int rows,
            @JsonProperty(required = true) Bar bar,
            @JsonProperty(required = true) Map<String, List<String>> set) {}

    /**
     * An example as the list has it, of any room.
     *
     * @param name of its folder
     */
    public record Entry(String name, String title, String room) {}

    /** The example as it is run: with {@code small} of a test's size. */
    public Example sized(boolean asTest) {
        return asTest
                ? new Example(
                        title, room, small.bar(), new Data(data.from(), small.rows()), run, steps, show, page, small)
                : this;
    }

    /** All that there are, by name. */
    public static List<Entry> all(Path home) throws IOException {
        List<Entry> found = new ArrayList<>();
        if (Files.isDirectory(home.resolve(FOLDER))) {
            try (Stream<Path> folders = Files.list(home.resolve(FOLDER))) {
                for (Path folder : folders.sorted().toList()) {
                    if (Files.exists(folder.resolve(FILE))) {
                        JsonNode tree = tree(folder.resolve(FILE));
                        found.add(new Entry(
                                folder.getFileName().toString(),
                                tree.path("title").asText(),
                                tree.path("room").asText()));
                    }
                }
            }
        }
        return found;
    }

    /** The example of a name, or what there is instead. */
    public static Example named(Path home, String name) throws IOException {
        List<Entry> all = all(home);
        Entry entry = all.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(home, name, all));
        if (!entry.room().equals(ROOM)) {
            throw WeftException.usage(
                    "example " + name + " is run by " + entry.room() + ", which is not on this class path",
                    "start it with ./weft example " + name);
        }
        Path file = home.resolve(FOLDER).resolve(name).resolve(FILE);
        try {
            return YAML.treeToValue(tree(file), Example.class);
        } catch (JsonProcessingException broken) {
            throw WeftException.usage(file + ": " + reason(broken), "examples/README.md tells what stands in it");
        }
    }

    private static String reason(JsonProcessingException broken) {
        if (broken instanceof ValueInstantiationException refused) {
            return refused.getCause().getMessage();
        }
        if (broken instanceof UnrecognizedPropertyException unknown) {
            return "there is no key " + unknown.getPropertyName();
        }
        Matcher missing = MISSING.matcher(broken.getOriginalMessage());
        return missing.find() ? "it lacks " + missing.group(1) : JsonFault.inLine(broken);
    }

    private static WeftException unknown(Path home, String name, List<Entry> all) {
        List<String> names = all.stream().map(Entry::name).toList();
        return WeftException.usage(
                "there is no example " + name + " in " + home.resolve(FOLDER) + Suggestion.near(names, name),
                names.isEmpty() ? "start Weft with its launcher, ./weft" : "there are: " + String.join(", ", names));
    }

    private static JsonNode tree(Path file) throws IOException {
        try {
            return YAML.readTree(Files.readString(file));
        } catch (JsonProcessingException broken) {
            throw WeftException.usage(file + ": " + JsonFault.inLine(broken), "it must be YAML");
        }
    }
}
