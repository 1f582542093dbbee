package org.weft.trainer.example;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.weft.core.WeftException;

/** A user's own rows in place of an example's: files of the same names with the same columns, JSON lines. */
final class GivenRows implements ExampleData {
    private static final String LABEL = "label";

    private final Path folder;
    private final Map<String, List<String>> files;
    private final int rows;

    /**
     * @param files columns of each file, by its name
     * @param rows of a file, at most, the first; 0 for all
     */
    GivenRows(Path folder, Map<String, List<String>> files, int rows) {
        this.folder = folder;
        this.files = files;
        this.rows = rows;
    }

    @Override
    public String origin() {
        return folder.toAbsolutePath().normalize() + (rows == 0 ? "" : ", " + rows + " rows");
    }

    @Override
    public void writeTo(DataFolder target) throws IOException {
        Map<String, List<Map<String, JsonNode>>> read = new LinkedHashMap<>();
        for (Map.Entry<String, List<String>> file : files.entrySet()) {
            read.put(file.getKey(), rows(folder.resolve(file.getKey()), file.getValue()));
        }
        requireClasses(read);
        target.writeAll(origin(), read);
    }

    private List<Map<String, JsonNode>> rows(Path file, List<String> columns) throws IOException {
        List<Map<String, JsonNode>> found = new JsonRows(columns, true, rows, hint()).of(file);
        if (found.isEmpty()) {
            throw WeftException.invalidData(file + " has no row", hint());
        }
        return found;
    }

    /** Where rows have labels, what is judged must have been learnt. */
    private void requireClasses(Map<String, List<Map<String, JsonNode>>> read) {
        for (String name : read.keySet()) {
            String training = name.replace("test", "train");
            List<Map<String, JsonNode>> learnt = training.contains("train") ? read.get(training) : null;
            if (files.get(name).contains(LABEL) && learnt != null) {
                Set<String> classes = labels(learnt);
                if (classes.size() < 2) {
                    throw WeftException.invalidData(
                            folder.resolve(name) + " has the one label " + String.join("", classes)
                                    + ": there is nothing to tell apart",
                            "give it rows of two labels or more");
                }
                for (String label : labels(read.get(name))) {
                    if (!classes.contains(label)) {
                        throw WeftException.invalidData(
                                folder.resolve(name) + ": no row to learn from has its label " + label,
                                "give each class rows of both, or leave it out");
                    }
                }
            }
        }
    }

    private static Set<String> labels(List<Map<String, JsonNode>> rows) {
        Set<String> labels = new TreeSet<>();
        rows.forEach(row -> labels.add(row.get(LABEL).asText()));
        return labels;
    }

    private String hint() {
        List<String> forms = new ArrayList<>();
        files.forEach((name, columns) -> forms.add(name + " (" + String.join(", ", columns) + ")"));
        return "give --input a folder of JSON lines, with the columns of each: " + String.join("; ", forms);
    }
}
