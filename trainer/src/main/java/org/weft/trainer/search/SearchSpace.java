package org.weft.trainer.search;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.SplitMix64;
import org.weft.core.WeftException;

/**
 * All settings that a search may try.
 *
 * @param keys in the order in which they were given
 */
public record SearchSpace(List<SearchedKey> keys) {
    /** Trials that differ in nothing else than names of directories are nobody's wish: so many at most. */
    private static final int MOST_TRIALS = 10_000;
    /** Draws for each trial that is wanted, until a search is content with fewer. */
    private static final int DRAWS = 100;

    /**
     * @param over each {@code section.key=V1,V2,…} or {@code section.key=FROM..TO}
     * @throws WeftException with the first that is none, or that names a key again
     */
    public static SearchSpace parse(List<String> over) {
        List<SearchedKey> keys = new ArrayList<>();
        for (String one : over) {
            SearchedKey key = SearchedKey.parse(one);
            if (keys.stream().anyMatch(other -> other.name().equals(key.name()))) {
                throw WeftException.usage(
                        "--over " + key.name() + " is given twice", "give all of its values in one, divided by commas");
            }
            keys.add(key);
        }
        return new SearchSpace(List.copyOf(keys));
    }

    /** Whether trials may differ in a key. */
    public boolean has(String name) {
        return keys.stream().anyMatch(key -> key.name().equals(name));
    }

    /** Each value with each of the other keys, the last key's changing first. */
    public List<Trial> grid() {
        for (SearchedKey key : keys) {
            if (key.range() != null) {
                throw WeftException.usage(
                        "--over " + key.name() + " is a range, and a grid needs values",
                        "give values divided by commas, or --search random or halving");
            }
        }
        long size = size();
        if (size > MOST_TRIALS) {
            throw WeftException.usage(
                    "a grid of " + size + " trials is more than " + MOST_TRIALS, "give --search random with --trials");
        }
        List<Map<String, String>> all = List.of(Map.of());
        for (SearchedKey key : keys) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> settings : all) {
                for (String value : key.values()) {
                    Map<String, String> more = new LinkedHashMap<>(settings);
                    more.put(key.name(), value);
                    longer.add(more);
                }
            }
            all = longer;
        }
        return all.stream().map(Trial::new).toList();
    }

    /**
     * Different trials by chance. Each draw of a key is a function of the seed, the key's name and the draw's number alone: more trials
     * begin with those of fewer.
     *
     * @return the whole grid where it is no larger than what was asked for; fewer where draws bring nothing new
     */
    public List<Trial> random(int trials, long seed) {
        if (trials < 1 || trials > MOST_TRIALS) {
            throw WeftException.usage("--trials " + trials + " must be from 1 to " + MOST_TRIALS, "");
        }
        if (keys.stream().allMatch(key -> key.range() == null) && size() <= trials) {
            return grid();
        }
        Set<Trial> drawn = new LinkedHashSet<>();
        for (int draw = 0; drawn.size() < trials && draw < (long) DRAWS * trials; draw++) {
            Map<String, String> settings = new LinkedHashMap<>();
            for (SearchedKey key : keys) {
                long start = SplitMix64.start(seed, key.name().hashCode());
                settings.put(key.name(), key.at(SplitMix64.uniform(start, draw)));
            }
            drawn.add(new Trial(settings));
        }
        return List.copyOf(drawn);
    }

    private long size() {
        long size = 1;
        for (SearchedKey key : keys) {
            size = Math.min(Integer.MAX_VALUE, size * key.values().size());
        }
        return size;
    }
}
