package org.weft.trainer.example;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.trainer.local.SampleCorpus;

/** Plain English that any Maven user has: the definitions of WordNet 3.1 with their examples, each once. */
final class WordNetText implements ExampleData {
    static final String FILE = "text.jsonl";

    private final SampleCorpus corpus = new SampleCorpus();
    private final int rows;

    /**
     * @param rows the first; 0 for all
     */
    WordNetText(int rows) {
        this.rows = rows;
    }

    @Override
    public String origin() {
        return "definitions of WordNet 3.1" + (rows == 0 ? "" : ", " + rows);
    }

    @Override
    public void writeTo(DataFolder folder) throws IOException {
        Set<String> seen = new HashSet<>();
        List<Map<String, String>> texts = new ArrayList<>();
        corpus.forEach(entry -> {
            if ((rows == 0 || texts.size() < rows) && seen.add(entry.gloss())) {
                texts.add(Map.of(Topics.TEXT, entry.gloss()));
            }
        });
        folder.writeAll(origin(), Map.of(FILE, texts));
    }
}
