package org.weft.trainer.example;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.trainer.local.SampleCorpus;

/** The entries of WordNet 3.1, a document each: {@code text.jsonl}. */
final class WordNetText implements ExampleData {
    private final int most;

    /**
     * @param most entries, the first; 0 for all
     */
    WordNetText(int most) {
        this.most = most;
    }

    @Override
    public String origin() {
        return "the entries of WordNet 3.1" + (most == 0 ? "" : ", the first " + most);
    }

    @Override
    public void writeTo(DataFolder folder) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        new SampleCorpus().forEach(entry -> {
            if (most == 0 || rows.size() < most) {
                rows.add(Map.of(Topics.TEXT, entry.toString()));
            }
        });
        folder.write("text.jsonl", rows);
        folder.commit(origin(), Map.of("documents", rows.size()));
    }
}
