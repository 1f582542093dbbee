package org.weft.core.optim;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.weft.core.WeftException;

/**
 * Learning rates that hold from a step until the next one named.
 *
 * @param rates by first step, one of them 0
 */
public record LearningRateTable(NavigableMap<Integer, Double> rates) implements LearningRateSchedule {

    /**
     * @param pairs {@code step:rate}
     * @throws WeftException where one cannot be read, or none is for step 0
     */
    public static LearningRateTable parse(List<String> pairs) {
        NavigableMap<Integer, Double> rates = new TreeMap<>();
        for (String pair : pairs) {
            try {
                int colon = pair.indexOf(':');
                rates.put(Integer.valueOf(pair.substring(0, colon)), Double.valueOf(pair.substring(colon + 1)));
            } catch (IndexOutOfBoundsException | NumberFormatException e) {
                throw WeftException.usage("training.learning_rates: " + pair, "write step:rate, such as 1000:0.01");
            }
        }
        if (!rates.containsKey(0)) {
            throw WeftException.usage(
                    "training.learning_rates=" + pairs + " has none for step 0", "begin with 0:rate, such as 0:0.1");
        }
        return new LearningRateTable(rates);
    }

    @Override
    public double at(int step) {
        Map.Entry<Integer, Double> entry = rates.floorEntry(step);
        return entry.getValue();
    }
}
