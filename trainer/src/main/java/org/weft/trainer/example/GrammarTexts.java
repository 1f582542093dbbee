package org.weft.trainer.example;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows of a grammar, each that is made more than once but once: {@code text.jsonl}. */
final class GrammarTexts implements ExampleData {
    private final Grammar grammar;
    private final int rows;

    GrammarTexts(Grammar grammar, int rows) {
        this.grammar = grammar;
        this.rows = rows;
    }

    @Override
    public String origin() {
        return "made by rule, by the example's " + Grammar.FILE + ", " + rows + " rows";
    }

    @Override
    public void writeTo(DataFolder folder) throws IOException {
        Map<Map<String, String>, Map<String, String>> made = new LinkedHashMap<>();
        for (int number = 0; number < rows; number++) {
            Map<String, String> row = grammar.row(number);
            made.putIfAbsent(row, row);
        }
        Collection<Map<String, String>> different = made.values();
        folder.write("text.jsonl", List.copyOf(different));
        folder.commit(origin(), Map.of("documents", different.size()));
    }
}
