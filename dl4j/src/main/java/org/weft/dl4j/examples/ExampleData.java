package org.weft.dl4j.examples;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.weft.core.Sha256;

/**
 * What an example learns from and is judged by, a row a data set.
 *
 * @param train in an order of its own
 * @param validation judged after each epoch
 * @param test judged once, at the end
 * @param classes names of what is predicted
 * @param shown the first rows of {@code test}, for people
 * @param steps predictions of a row: 1, or the time steps T of a sequence
 * @param guess the metric on {@code test} of who knows the frequencies of the training part alone
 * @param notes what was done to the data
 */
record ExampleData(
        List<DataSet> train,
        List<DataSet> validation,
        List<DataSet> test,
        List<String> classes,
        List<Shown> shown,
        int steps,
        double guess,
        List<String> notes) {
    /** Rows whose predictions are shown. */
    static final int SHOWN = 10;

    /**
     * A row for people.
     *
     * @param words what is in it
     * @param picture a data URI, or empty
     */
    record Shown(String words, String picture) {}

    /** SHA-256 of every number of the training and the test part, in order. */
    String sha256() {
        MessageDigest digest = Sha256.digest();
        Stream.concat(train.stream(), test.stream())
                .flatMap(row -> Stream.of(row.getFeatures(), row.getLabels()))
                .forEach(array -> digest.update(bytes(array)));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static byte[] bytes(INDArray array) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(Float.BYTES * array.length()));
        bytes.asFloatBuffer().put(array.ravel().toFloatVector());
        return bytes.array();
    }

    /** The share of a test part's rows that are of the training part's most frequent class. */
    static double mostFrequent(List<Integer> train, List<Integer> test, int classes) {
        int[] counts = new int[classes];
        train.forEach(label -> counts[label]++);
        int most = 0;
        for (int label = 1; label < classes; label++) {
            most = counts[label] > counts[most] ? label : most;
        }
        int guess = most;
        return (double) test.stream().filter(label -> label == guess).count() / Math.max(1, test.size());
    }
}
