package org.weft.trainer.example;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.weft.core.WeftException;

/** Makes the data of an example, the same bytes on every machine. */
public interface ExampleData {

    /** Where they come from and how many they are at most, in one line: data of the same origin are the same. */
    String origin();

    /** Writes them and commits; nothing where they cannot be. */
    void writeTo(DataFolder folder) throws IOException;

    /**
     * What an example's {@code data} names.
     *
     * @param folder of the example
     * @param input the user's own, or null
     * @param limited whether of the user's own so many rows are taken as the example makes at most
     */
    static ExampleData of(Example.Data data, Path folder, Path input, boolean limited) throws IOException {
        return switch (data.from()) {
            case "wordnet-topics" ->
                input == null ? new WordNetTopics(data.rows()) : new LabelledTexts(input, data.rows());
            case "wordnet-text" ->
                input == null
                        ? new WordNetText(data.rows())
                        : new GivenRows(input, Map.of(WordNetText.FILE, List.of(Topics.TEXT)), data.rows());
            case "grammar" ->
                input == null
                        ? new GeneratedRows(folder, data.rows())
                        : new GivenRows(input, new GeneratedRows(folder, 0).columns(), limited ? data.rows() : 0);
            default ->
                throw WeftException.usage(
                        "data.from=" + data.from() + " is unknown", "there are: wordnet-topics, wordnet-text, grammar");
        };
    }
}
