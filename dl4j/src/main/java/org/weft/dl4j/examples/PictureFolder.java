package org.weft.dl4j.examples;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.weft.core.WeftException;

/**
 * Pictures of digits as PNG, a folder {@code 0} to {@code 9} for each, of any size and colour: drawn anew in grey at the size
 * that networks take, and turned over where they are dark on light, as digits on paper are.
 */
record PictureFolder(Path folder) {
    private static final String WAY_OUT = "give a folder with the folders 0 to 9, each with PNG files of that digit";

    static boolean isOne(Path folder) {
        return Files.isDirectory(folder.resolve("0"));
    }

    /** The pictures of a digit, by name: grey from 0 to 255, light on dark, row by row. */
    List<byte[]> read(int digit) throws IOException {
        Path own = folder.resolve(String.valueOf(digit));
        if (!Files.isDirectory(own)) {
            throw WeftException.invalidData(own + " is missing", WAY_OUT);
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(own)) {
            files = all.filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".png"))
                    .sorted()
                    .toList();
        }
        if (files.isEmpty()) {
            throw WeftException.invalidData(own + " has no PNG file", WAY_OUT);
        }
        List<byte[]> pictures = new ArrayList<>();
        for (Path file : files) {
            pictures.add(read(file));
        }
        return pictures;
    }

    private static byte[] read(Path file) throws IOException {
        BufferedImage picture;
        try {
            picture = ImageIO.read(file.toFile());
        } catch (IOException e) {
            picture = null;
        }
        if (picture == null) {
            throw WeftException.invalidData(
                    file + " is no picture that can be read", "take it out, or save it as PNG anew");
        }
        int side = Digits.SIDE;
        BufferedImage grey = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D canvas = grey.createGraphics();
        canvas.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        canvas.drawImage(picture, 0, 0, side, side, null);
        canvas.dispose();
        byte[] pixels = (byte[]) grey.getRaster().getDataElements(0, 0, side, side, null);
        return lightOnDark(pixels);
    }

    /** By the pixels at its border, where there is paper and no ink. */
    private static byte[] lightOnDark(byte[] pixels) {
        int side = Digits.SIDE;
        long border = 0;
        for (int i = 0; i < side; i++) {
            for (int at : new int[] {i, (side - 1) * side + i, i * side, i * side + side - 1}) {
                border += Byte.toUnsignedInt(pixels[at]);
            }
        }
        if (border > 4L * side * 127) {
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) (255 - Byte.toUnsignedInt(pixels[i]));
            }
        }
        return pixels;
    }

    /** A picture of so many grey pixels as the data URI of a PNG. */
    static String dataUri(byte[] pixels, int width, int height) throws IOException {
        BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster().setDataElements(0, 0, width, height, pixels);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(grey, "png", png);
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
    }
}
