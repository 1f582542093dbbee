package org.weft.dl4j.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.weft.core.WeftException;

/** The four files of MNIST, or of what has its form, such as Fashion-MNIST: images and labels of two parts. */
record MnistFiles(Path folder) {
    private static final String IMAGES = "-images-idx3-ubyte";
    private static final String LABELS = "-labels-idx1-ubyte";

    static boolean isOne(Path folder) {
        return Stream.of("train" + IMAGES, "train" + IMAGES + ".gz")
                .anyMatch(name -> Files.exists(folder.resolve(name)));
    }

    /** The digits of {@code train} or of {@code t10k}, in the files' order. */
    List<Digits.Digit> read(String part) throws IOException {
        Path imageFile = required(part + IMAGES);
        Path labelFile = required(part + LABELS);
        IdxFile images = IdxFile.read(imageFile, 3);
        IdxFile labels = IdxFile.read(labelFile, 1);
        int[] sizes = images.sizes();
        if (sizes[1] != Digits.SIDE || sizes[2] != Digits.SIDE) {
            throw WeftException.invalidData(
                    imageFile + " has pictures of " + sizes[1] + " x " + sizes[2] + " pixels",
                    "give ones of 28 x 28, or PNG files in folders 0 to 9, which are scaled");
        }
        if (sizes[0] != labels.sizes()[0]) {
            throw WeftException.invalidData(
                    imageFile + " has " + sizes[0] + " pictures, " + labelFile + " has " + labels.sizes()[0]
                            + " labels",
                    "give the two files of one part");
        }
        List<Digits.Digit> digits = new ArrayList<>();
        for (int i = 0; i < sizes[0]; i++) {
            int label = labels.bytes()[i];
            if (label < 0 || label >= Digits.CLASSES) {
                throw WeftException.invalidData(
                        labelFile + " has the label " + Byte.toUnsignedInt(labels.bytes()[i]) + " at place " + i,
                        "labels are 0 to 9");
            }
            byte[] pixels = Arrays.copyOfRange(images.bytes(), i * Digits.PIXELS, (i + 1) * Digits.PIXELS);
            digits.add(new Digits.Digit(pixels, label));
        }
        return digits;
    }

    private Path required(String name) {
        return Stream.of(name, name + ".gz")
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> WeftException.invalidData(
                        folder.resolve(name) + " is missing, and so is " + name + ".gz",
                        "put the four files of MNIST into one folder"));
    }
}
