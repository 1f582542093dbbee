package org.weft.bench.dedup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.weft.core.Json;

/**
 * Documents with edited copies among them, and by brute force how similar any two are: by their words themselves, not by
 * hashes. Texts are words in lower case and single spaces, so that everyone's tokenizer cuts them alike. A function of
 * sources, count and seed.
 */
final class PlantedCorpus {
    static final int NGRAM = 5;

    private static final int LEAST_WORDS = 120;
    private static final int MOST_WORDS = 500;
    private static final double LEAST_PLANTED = 0.5;
    private static final double NEAREST = 0.9;

    private final Random random;
    private final List<String> words = new ArrayList<>();

    PlantedCorpus(long seed) {
        this.random = new Random(seed);
    }

    /** Reads text, or the {@code text} of JSON lines; paragraphs of too few words join the next. */
    private List<String[]> paragraphs(List<Path> sources) throws IOException {
        List<String[]> found = new ArrayList<>();
        for (Path source : sources) {
            StringBuilder texts = new StringBuilder();
            if (source.toString().endsWith(".jsonl")) {
                for (String line : Files.readAllLines(source)) {
                    texts.append(Json.MAPPER.readTree(line).path("text").asText())
                            .append("\n\n");
                }
            } else {
                texts.append(Files.readString(source));
            }
            List<String> pending = new ArrayList<>();
            for (String line : texts.toString().split("\n+")) {
                for (String word : line.toLowerCase(Locale.ROOT).split("[^a-z]+")) {
                    if (!word.isEmpty() && pending.size() < MOST_WORDS) {
                        pending.add(word);
                    }
                }
                if (pending.size() >= LEAST_WORDS) {
                    found.add(pending.toArray(String[]::new));
                    words.addAll(pending);
                    pending.clear();
                }
            }
        }
        return found;
    }

    /** {@code count} documents of which two in five are a text and its copy, with similarities spread from 0.5 to 1. */
    List<String> texts(List<Path> sources, int count) throws IOException {
        List<String[]> paragraphs = paragraphs(sources);
        Collections.shuffle(paragraphs, random);
        Set<String> texts = new HashSet<>();
        List<String> ordered = new ArrayList<>();
        for (int p = 0; ordered.size() < count; p++) {
            String[] text = p < paragraphs.size() ? paragraphs.get(p) : invented();
            add(text, texts, ordered);
            if (random.nextInt(3) > 0) {
                add(edited(text), texts, ordered);
            }
        }
        Collections.shuffle(ordered, random);
        return ordered.subList(0, count);
    }

    private static void add(String[] text, Set<String> texts, List<String> ordered) {
        String joined = String.join(" ", text);
        if (texts.add(joined)) {
            ordered.add(joined);
        }
    }

    /** Words drawn as often as they occur, where there are not paragraphs enough. */
    private String[] invented() {
        String[] text = new String[LEAST_WORDS + random.nextInt(MOST_WORDS - LEAST_WORDS)];
        for (int w = 0; w < text.length; w++) {
            text[w] = words.get(random.nextInt(words.size()));
        }
        return text;
    }

    /** Words replaced, left out or put in until the similarity has come down to one that is drawn. */
    private String[] edited(String[] text) {
        double target = LEAST_PLANTED + (1 - LEAST_PLANTED) * random.nextDouble();
        List<String> copy = new ArrayList<>(Arrays.asList(text));
        Set<String> shingles = shingles(text);
        while (jaccard(shingles, shingles(copy.toArray(String[]::new))) > target) {
            // A word in the middle is in five shingles, the last in one.
            int at = target < NEAREST ? random.nextInt(copy.size()) : copy.size() - 1;
            String word = words.get(random.nextInt(words.size()));
            switch (random.nextInt(4)) {
                case 0 -> copy.remove(at);
                case 1 -> copy.add(at, word);
                default -> copy.set(at, word);
            }
        }
        return copy.toArray(String[]::new);
    }

    private static double jaccard(Set<String> a, Set<String> b) {
        long common = a.stream().filter(b::contains).count();
        return (double) common / (a.size() + b.size() - common);
    }

    private static Set<String> shingles(String[] words) {
        Set<String> shingles = new HashSet<>();
        for (int w = 0; w + NGRAM <= words.length; w++) {
            shingles.add(String.join(" ", Arrays.asList(words).subList(w, w + NGRAM)));
        }
        return shingles;
    }

    /** Jaccard of all pairs of at least some similarity, keyed by both places: a times 2^32 plus b, a less than b. */
    static Map<Long, Double> similarities(List<String> texts, double least) {
        Map<String, List<Integer>> holders = new HashMap<>();
        int[] sizes = new int[texts.size()];
        for (int t = 0; t < texts.size(); t++) {
            Set<String> shingles = shingles(texts.get(t).split(" "));
            sizes[t] = shingles.size();
            for (String shingle : shingles) {
                holders.computeIfAbsent(shingle, s -> new ArrayList<>(1)).add(t);
            }
        }
        Map<Long, Integer> common = new HashMap<>();
        for (List<Integer> among : holders.values()) {
            for (int i = 0; i < among.size(); i++) {
                for (int j = i + 1; j < among.size(); j++) {
                    common.merge((long) among.get(i) << 32 | among.get(j), 1, Integer::sum);
                }
            }
        }
        Map<Long, Double> similarities = new HashMap<>();
        common.forEach((pair, both) -> {
            double jaccard = (double) both / (sizes[(int) (pair >>> 32)] + sizes[pair.intValue()] - both);
            if (jaccard >= least) {
                similarities.put(pair, jaccard);
            }
        });
        return similarities;
    }
}
