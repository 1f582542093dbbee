package org.weft.trainer.example;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.weft.trainer.local.SampleCorpus;

/**
 * Twenty classes of real text that any Maven user has: definitions of nouns, by the kind of thing that they define, which is
 * the lexicographer's file that WordNet 3.1 keeps a noun in (lexnames(5WN)). A definition is of training or of test by its
 * hash, four to one, and one that stands several times is taken once. Definitions of other words are text to pre-train on.
 */
final class WordNetTopics implements ExampleData {
    private static final int TEST_PART = 0;
    private static final int PARTS = 5;

    /** The twenty largest of the files of nouns. */
    private static final Map<Integer, String> TOPICS = Map.ofEntries(
            Map.entry(4, "act"),
            Map.entry(5, "animal"),
            Map.entry(6, "artifact"),
            Map.entry(7, "attribute"),
            Map.entry(8, "body"),
            Map.entry(9, "cognition"),
            Map.entry(10, "communication"),
            Map.entry(11, "event"),
            Map.entry(13, "food"),
            Map.entry(14, "group"),
            Map.entry(15, "location"),
            Map.entry(17, "object"),
            Map.entry(18, "person"),
            Map.entry(20, "plant"),
            Map.entry(21, "possession"),
            Map.entry(22, "process"),
            Map.entry(23, "quantity"),
            Map.entry(26, "state"),
            Map.entry(27, "substance"),
            Map.entry(28, "time"));

    private final SampleCorpus corpus = new SampleCorpus();
    private final int perClass;

    /**
     * @param perClass of training, at most; 0 for all
     */
    WordNetTopics(int perClass) {
        this.perClass = perClass;
    }

    @Override
    public String origin() {
        return "definitions of nouns of WordNet 3.1 by their kind" + (perClass == 0 ? "" : ", of each " + perClass);
    }

    @Override
    public void writeTo(DataFolder folder) throws IOException {
        Topics topics = new Topics();
        Set<String> seen = new HashSet<>();
        corpus.forEach(entry -> {
            if (seen.add(entry.gloss())) {
                String topic = TOPICS.get(entry.lexicographerFile());
                Topics.Row row = Topics.Row.of(entry.gloss(), topic == null ? "" : topic);
                if (topic == null) {
                    topics.addUnlabelled(row);
                } else if (row.part(PARTS) == TEST_PART) {
                    topics.addTest(row);
                } else {
                    topics.addTrain(row);
                }
            }
        });
        topics.writeTo(folder, origin(), perClass);
    }
}
