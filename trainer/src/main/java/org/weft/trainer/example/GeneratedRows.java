package org.weft.trainer.example;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.trainer.example.grammar.Grammar;
import org.weft.trainer.example.grammar.OutputFile;

/** Rows that the grammar beside an example makes, {@code grammar.yaml}. */
final class GeneratedRows implements ExampleData {
    /** Beside {@code example.yaml}. */
    static final String FILE = "grammar.yaml";

    private final Grammar grammar;
    private final int rows;

    /**
     * @param folder of the example
     * @param rows of a file whose share is 1
     */
    GeneratedRows(Path folder, int rows) throws IOException {
        this.grammar = Grammar.load(folder.resolve(FILE));
        this.rows = rows;
    }

    @Override
    public String origin() {
        return "generated: " + grammar.about() + ", " + rows + " rows";
    }

    @Override
    public void writeTo(DataFolder folder) throws IOException {
        Map<String, List<Map<String, Object>>> made = new LinkedHashMap<>();
        for (Map.Entry<String, OutputFile> file : grammar.files().entrySet()) {
            int count = (int) Math.max(1, Math.round(file.getValue().rows() * rows));
            made.put(file.getKey(), grammar.rows(file.getKey(), count));
        }
        folder.writeAll(origin(), made);
    }

    /** What a user's own files in their place have to have. */
    Map<String, List<String>> columns() {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        grammar.files()
                .forEach((name, file) ->
                        columns.put(name, List.copyOf(file.columns().keySet())));
        return columns;
    }
}
