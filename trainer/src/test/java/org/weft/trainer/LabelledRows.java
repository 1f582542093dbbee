package org.weft.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Generated examples that a tiny model learns in seconds. */
final class LabelledRows {
    private static final String[] FILLER = "the a ship sailed sea wind and or from under light deep".split(" ");

    private LabelledRows() {}

    /** A text is of storms or of harbours, and its label says which. */
    static String jsonl(int count, long seed) {
        Random random = new Random(seed);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            List<String> words = new ArrayList<>();
            for (int w = 0; w < 4 + random.nextInt(6); w++) {
                words.add(FILLER[random.nextInt(FILLER.length)]);
            }
            boolean storm = random.nextBoolean();
            words.set(random.nextInt(words.size()), storm ? "storm" : "harbour");
            lines.append("{\"text\": \"%s\", \"label\": \"%s\", \"port\": \"%s\"}%n"
                    .formatted(String.join(" ", words), storm ? "bad" : "good", i % 3 == 0 ? "Cork" : "Hull"));
        }
        return lines.toString();
    }

    /** A prompt is two words, and the response the same two the other way round. */
    static String turnedPairs(int count, long seed) {
        Random random = new Random(seed);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String first = FILLER[random.nextInt(FILLER.length)];
            String second = FILLER[random.nextInt(FILLER.length)];
            lines.append("{\"prompt\": \"%s %s:\", \"response\": \"%s %s\"}%n".formatted(first, second, second, first));
        }
        return lines.toString();
    }
}
