package org.weft.bench.dedup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Clusters beside the similarities of all pairs: recall and precision of pairs and of documents, and recall by 0.05. */
final class PairScores {
    private static final double THRESHOLD = 0.8;
    private static final int STEPS = 20;
    private static final int FIRST_STEP = 10;

    private PairScores() {}

    /**
     * Prints a line and the curve.
     *
     * @param clusters of each document
     */
    static void print(String name, Map<Long, Double> similarities, int[] clusters) {
        int[] all = new int[STEPS];
        int[] together = new int[STEPS];
        Set<Integer> similar = new HashSet<>();
        for (Map.Entry<Long, Double> pair : similarities.entrySet()) {
            int a = (int) (pair.getKey() >>> 32);
            int b = pair.getKey().intValue();
            int step = Math.min(STEPS - 1, (int) (pair.getValue() * STEPS));
            all[step]++;
            together[step] += clusters[a] == clusters[b] ? 1 : 0;
            if (pair.getValue() >= THRESHOLD) {
                similar.add(a);
                similar.add(b);
            }
        }
        int right = sum(together, (int) (THRESHOLD * STEPS));
        int wanted = sum(all, (int) (THRESHOLD * STEPS));
        Map<Integer, Integer> sizes = new HashMap<>();
        for (int cluster : clusters) {
            sizes.merge(cluster, 1, Integer::sum);
        }
        long found =
                sizes.values().stream().mapToLong(n -> (long) n * (n - 1) / 2).sum();
        int called = 0;
        int rightly = 0;
        for (int d = 0; d < clusters.length; d++) {
            boolean duplicate = sizes.get(clusters[d]) > 1;
            called += duplicate ? 1 : 0;
            rightly += duplicate && similar.contains(d) ? 1 : 0;
        }
        System.out.printf(
                Locale.ROOT,
                "%s: pairs at 0.8: %d, together %d (recall %.4f); pairs in one cluster %d (precision %.4f); documents:"
                        + " recall %.4f precision %.4f%n",
                name,
                wanted,
                right,
                (double) right / wanted,
                found,
                found == 0 ? 1 : (double) right / found,
                (double) rightly / similar.size(),
                called == 0 ? 1 : (double) rightly / called);
        StringBuilder curve = new StringBuilder(name + ": together by Jaccard:");
        for (int step = FIRST_STEP; step < STEPS; step++) {
            curve.append(String.format(
                    Locale.ROOT,
                    " %.2f: %d/%d = %.3f;",
                    step / (double) STEPS,
                    together[step],
                    all[step],
                    all[step] == 0 ? 0 : (double) together[step] / all[step]));
        }
        System.out.println(curve);
    }

    private static int sum(int[] counts, int from) {
        int sum = 0;
        for (int step = from; step < counts.length; step++) {
            sum += counts[step];
        }
        return sum;
    }

    /** Of lines that have a document's place and its cluster; a document without a line is alone. */
    static int[] clusters(Path file, int documents) throws IOException {
        int[] clusters = new int[documents];
        for (int d = 0; d < documents; d++) {
            clusters[d] = -1 - d;
        }
        List<String> lines = Files.readAllLines(file);
        for (String line : lines) {
            String[] fields = line.split("\t");
            clusters[Integer.parseInt(fields[0])] = Integer.parseInt(fields[1]);
        }
        return clusters;
    }
}
