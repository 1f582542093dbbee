package org.weft.trainer.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

class SampleCorpusTest {
    @TempDir
    Path dir;

    @Test
    void writesTheSameGlossesOnEveryMachine() throws Exception {
        Path file = dir.resolve("new/glosses.txt");

        SampleCorpus.Extracted extracted = new SampleCorpus().writeTo(file);

        byte[] bytes = Files.readAllBytes(file);
        List<String> lines = Files.readAllLines(file);
        assertThat(extracted).isEqualTo(new SampleCorpus.Extracted(file, 117_791, bytes.length));
        assertThat(lines)
                .hasSize(117_791)
                .allMatch(line -> line.indexOf(": ") > 0)
                .noneMatch(line -> line.contains("_") && !line.contains("\""))
                .anyMatch(line -> line.startsWith("dog, domestic dog, Canis familiaris: a member of the genus Canis"));
        // From the first extraction, after its lines were compared with the artifact's: 117,791 synsets, all ASCII.
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
                .isEqualTo("9615f2252ff7938f4cca259843e002bb69e0c9f7dae5d8347de28d1bfca797b2");
    }

    @Test
    void replacesAnEarlierFileAndLeavesNothingElse() throws IOException {
        Path file = dir.resolve("glosses.txt");
        Files.writeString(file, "half an old fi");

        new SampleCorpus().writeTo(file);

        assertThat(Files.size(file)).isGreaterThan(1_000_000);
        try (Stream<Path> found = Files.list(dir)) {
            assertThat(found).containsExactly(file);
        }
    }

    @Test
    void saysWhereTheTextIsMissing() {
        SampleCorpus absent = new SampleCorpus(ClassLoader.getPlatformClassLoader());

        assertThatThrownBy(() -> absent.writeTo(dir.resolve("glosses.txt")))
                .isInstanceOf(WeftException.class)
                .hasMessage("the sample corpus is not on the class path: net/sf/extjwnl/data/wordnet/wn31/data.noun")
                .extracting(failure -> ((WeftException) failure).hint())
                .asString()
                .contains("./weft", "--input");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void namesADamagedFileAndTheEntry() {
        ClassLoader damaged = new ClassLoader(null) {
            @Override
            public InputStream getResourceAsStream(String name) {
                String text = "  1 licence\n00001740 03 n 01 entity 0 000 | that which is\n00001930 03 n 01 phys";
                return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
            }
        };

        assertThatThrownBy(() -> new SampleCorpus(damaged).writeTo(dir.resolve("glosses.txt")))
                .isInstanceOf(WeftException.class)
                .hasMessage("WordNet's data.noun is damaged after 1 entries: no gloss in: 00001930 03 n 01 phys")
                .extracting(failure -> ((WeftException) failure).status())
                .isEqualTo(ExitStatus.INVALID_DATA);
        assertThat(dir).isEmptyDirectory();
    }
}
