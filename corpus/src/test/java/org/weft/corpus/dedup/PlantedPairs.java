package org.weft.corpus.dedup;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.weft.corpus.DocumentKey;
import scala.Tuple2;

/** Generated texts with edited copies among them, and who is similar to whom by comparing the words themselves. */
final class PlantedPairs {
    private static final int NGRAM = 5;

    private PlantedPairs() {}

    /** A third of the documents are copies of another, with up to an eighth of the words changed. */
    static List<String> texts(int count, long seed) {
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>();
        while (texts.size() < count) {
            String[] words = new String[30 + random.nextInt(150)];
            for (int w = 0; w < words.length; w++) {
                words[w] = word(random);
            }
            texts.add(String.join(" ", words));
            if (random.nextInt(2) == 0) {
                double changed = random.nextDouble() * random.nextDouble() / 8;
                for (int w = 0; w < words.length; w++) {
                    if (random.nextDouble() < changed) {
                        words[w] = word(random);
                    }
                }
                words[random.nextInt(words.length)] += "x";
                texts.add(String.join(random.nextBoolean() ? " " : ", ", words));
            }
        }
        Collections.shuffle(texts, random);
        return texts;
    }

    private static String word(Random random) {
        return "w" + Math.min(random.nextInt(3000), random.nextInt(3000));
    }

    static List<Tuple2<byte[], byte[]>> documents(List<String> texts) {
        List<Tuple2<byte[], byte[]>> documents = new ArrayList<>();
        for (String text : texts) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            documents.add(new Tuple2<>(DocumentKey.of(utf8), utf8));
        }
        return documents;
    }

    /** Jaccard of every two texts that share a shingle, by their places. */
    static Map<List<Integer>, Double> similarities(List<String> texts) {
        Map<String, List<Integer>> holders = new HashMap<>();
        int[] sizes = new int[texts.size()];
        for (int t = 0; t < texts.size(); t++) {
            Set<String> shingles = shingles(texts.get(t));
            sizes[t] = shingles.size();
            for (String shingle : shingles) {
                holders.computeIfAbsent(shingle, s -> new ArrayList<>()).add(t);
            }
        }
        Map<List<Integer>, Integer> common = new HashMap<>();
        for (List<Integer> among : holders.values()) {
            for (int i = 0; i < among.size(); i++) {
                for (int j = i + 1; j < among.size(); j++) {
                    common.merge(List.of(among.get(i), among.get(j)), 1, Integer::sum);
                }
            }
        }
        Map<List<Integer>, Double> similarities = new HashMap<>();
        common.forEach((pair, both) ->
                similarities.put(pair, (double) both / (sizes[pair.get(0)] + sizes[pair.get(1)] - both)));
        return similarities;
    }

    private static Set<String> shingles(String text) {
        String[] words = text.toLowerCase(Locale.ROOT).split("[ ,]+");
        Set<String> shingles = new HashSet<>();
        for (int w = 0; w + NGRAM <= words.length; w++) {
            shingles.add(String.join(" ", Arrays.asList(words).subList(w, w + NGRAM)));
        }
        return shingles;
    }
}
