package org.weft.trainer.example;

import java.io.IOException;
import java.nio.file.Path;
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
     * @param input the user's own, or null
     */
    static ExampleData of(Example.Data data, Path input) {
        if (!data.from().equals("wordnet-topics")) {
            throw WeftException.usage("data.from=" + data.from() + " is unknown", "there is: wordnet-topics");
        }
        return input == null ? new WordNetTopics(data.rows()) : new LabelledTexts(input, data.rows());
    }
}
