package org.weft.dl4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;

class DigitsTest {
    @TempDir
    Path folder;

    /** A square as large as its digit, on a square sheet. */
    private void writePicture(int digit, String name, int side, Color paper, Color ink) throws IOException {
        BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = picture.createGraphics();
        canvas.setColor(paper);
        canvas.fillRect(0, 0, side, side);
        canvas.setColor(ink);
        int length = side * (digit + 2) / 14;
        canvas.fillRect((side - length) / 2, (side - length) / 2, length, length);
        canvas.dispose();
        Path own = Files.createDirectories(folder.resolve(String.valueOf(digit)));
        ImageIO.write(picture, "png", own.resolve(name).toFile());
    }

    private void writePictures() throws IOException {
        for (int digit = 0; digit < Digits.CLASSES; digit++) {
            writePicture(digit, "paper.png", 56, Color.WHITE, Color.BLACK);
            writePicture(digit, "screen.PNG", 28, Color.BLACK, Color.WHITE);
        }
    }

    @Test
    void picturesOfAnySizeAreGreyAndLightOnDark() throws IOException {
        writePictures();
        Digits.Parts parts = new Digits(folder).read();
        assertThat(parts.train()).hasSize(16);
        assertThat(parts.validation()).hasSize(2);
        assertThat(parts.test()).hasSize(2);
        List<Digits.Digit> all = new ArrayList<>(parts.train());
        all.addAll(parts.validation());
        all.addAll(parts.test());
        for (Digits.Digit digit : all) {
            assertThat(digit.pixels()[0]).as("the border").isZero();
            assertThat(Byte.toUnsignedInt(digit.pixels()[14 * Digits.SIDE + 14]))
                    .isEqualTo(255);
        }
        assertThat(all.stream().map(Digits.Digit::label).distinct()).hasSize(10);
        assertThat(all.get(0).row().getFeatures().maxNumber().floatValue()).isEqualTo(1f);
    }

    @Test
    void foldersThatCannotBeUsedAreNamed() throws IOException {
        assertThatThrownBy(() -> new Digits(folder).read())
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("has neither train-images-idx3-ubyte, nor a folder 0, nor 0.json");
        assertThatThrownBy(() -> new Digits(folder.resolve("none")).read()).hasMessageContaining("is not a folder");
        writePictures();
        Files.delete(folder.resolve("7/paper.png"));
        Files.delete(folder.resolve("7/screen.PNG"));
        assertThatThrownBy(() -> new Digits(folder).read()).hasMessageContaining("7 has no PNG file");
        Files.delete(folder.resolve("7"));
        assertThatThrownBy(() -> new Digits(folder).read()).hasMessageContaining("7 is missing");
        Files.writeString(folder.resolve("3/text.png"), "no picture");
        assertThatThrownBy(() -> new Digits(folder).read()).hasMessageContaining("text.png is no picture");
    }

    @Test
    void filesOfMnistKeepTheirSplit() throws IOException {
        Digits.Parts parts = new Digits(TestDigits.writeIdx(folder, 50, 20)).read();
        assertThat(parts.train()).hasSize(45);
        assertThat(parts.validation()).hasSize(5);
        assertThat(parts.test()).hasSize(20);
        assertThat(parts.test().get(13).label()).isEqualTo(3);
        assertThat(parts.test().get(13).pixels()).isEqualTo(TestDigits.pixels(3, 13));
        assertThat(parts.first(10, 9, 8).validation()).hasSize(5);
    }

    @Test
    void filesOfMnistThatDoNotMatchAreNamed() throws IOException {
        TestDigits.writeIdx(folder, 50, 20);
        Path labels = folder.resolve("t10k-labels-idx1-ubyte");
        Files.write(labels, TestDigits.idx(new byte[19], 19));
        assertThatThrownBy(() -> new Digits(folder).read())
                .hasMessageContaining("20 pictures")
                .hasMessageContaining("19 labels");
        byte[] wrong = new byte[20];
        wrong[4] = 10;
        Files.write(labels, TestDigits.idx(wrong, 20));
        assertThatThrownBy(() -> new Digits(folder).read()).hasMessageContaining("the label 10 at place 4");
        Files.delete(labels);
        assertThatThrownBy(() -> new Digits(folder).read()).hasMessageContaining("t10k-labels-idx1-ubyte is missing");
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), TestDigits.idx(new byte[100], 1, 10, 10));
        Files.write(labels, TestDigits.idx(new byte[1], 1));
        assertThatThrownBy(() -> new Digits(folder).read()).hasMessageContaining("10 x 10 pixels");
    }

    @Test
    void aDigitThatIsNeverLearntIsNamed() throws IOException {
        TestDigits.writeIdx(folder, 50, 20);
        Files.write(folder.resolve("train-labels-idx1-ubyte"), TestDigits.idx(new byte[50], 50));
        ExampleSource source = new ExampleSource(folder, folder, null, false, said -> {});
        assertThatThrownBy(() -> new DigitsCnn().load(source)).hasMessageContaining("has no 1 in the part");
    }

    @Test
    void pixelsInJsonAreRead() throws IOException {
        for (int digit = 0; digit < Digits.CLASSES; digit++) {
            StringBuilder pixels = new StringBuilder("{\"data\": [");
            for (int i = 0; i < 3 * Digits.PIXELS; i++) {
                pixels.append(i == 0 ? "1" : ",0.2");
            }
            Files.writeString(folder.resolve(digit + ".json"), pixels.append("]}"));
        }
        Digits.Parts parts = new Digits(folder).read();
        assertThat(parts.train()).hasSize(24);
        assertThat(parts.train().get(0).pixels()[1]).isEqualTo((byte) 51);
    }
}
