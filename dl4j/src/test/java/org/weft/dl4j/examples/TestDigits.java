package org.weft.dl4j.examples;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.weft.core.SplitMix64;

/** Made-up digits: a bar whose place and length say which one it is, under noise. */
final class TestDigits {
    private TestDigits() {}

    /** The four files of MNIST's form, so many digits in each part. Returns their folder. */
    static Path writeIdx(Path folder, int train, int test) throws IOException {
        writePart(folder, "train", train);
        writePart(folder, "t10k", test);
        return folder;
    }

    private static void writePart(Path folder, String part, int count) throws IOException {
        byte[] images = new byte[count * Digits.PIXELS];
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) (i % Digits.CLASSES);
            System.arraycopy(pixels(i % Digits.CLASSES, i), 0, images, i * Digits.PIXELS, Digits.PIXELS);
        }
        Files.write(folder.resolve(part + "-images-idx3-ubyte"), idx(images, count, Digits.SIDE, Digits.SIDE));
        Files.write(folder.resolve(part + "-labels-idx1-ubyte"), idx(labels, count));
    }

    static byte[] idx(byte[] bytes, int... sizes) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(file);
        out.writeInt(0x800 | sizes.length);
        for (int size : sizes) {
            out.writeInt(size);
        }
        out.write(bytes);
        return file.toByteArray();
    }

    /** Light on dark. */
    static byte[] pixels(int digit, long seed) {
        byte[] pixels = new byte[Digits.PIXELS];
        long start = SplitMix64.start(seed);
        for (int i = 0; i < Digits.PIXELS; i++) {
            int row = i / Digits.SIDE;
            boolean bar = row >= 2 * digit + 3 && row <= 2 * digit + 5 && i % Digits.SIDE > 4 && i % Digits.SIDE < 24;
            pixels[i] = (byte) ((bar ? 200 : 0) + (SplitMix64.output(start, i) & 31));
        }
        return pixels;
    }
}
