package org.weft.corpus.clean;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which characters are taken for bytes of others. */
class MojibakeTest {
    @Test
    void wordsThatEndBeforeMarksAreLeftAlone() {
        for (String text : List.of(
                "« la liberté\u00A0»",
                "« voilà\u00A0»",
                "the café”—he said",
                "“a cliché’“",
                "CAFÉ”",
                "ê”— by itself",
                "le thé\u00A0» à\u00A0«")) {
            assertThat(repaired(text)).isEqualTo(text);
        }
    }

    @Test
    void whatWasReadInTheWrongEncodingIsFound() {
        for (String text :
                List.of("don’t “quote” — or… é", "北京大学，海淀区。", "สวัสดี ครับ", "안녕하세요", "ひらがな", "a 🙂 b", "x ■ y € z")) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            assertThat(repaired(new String(bytes, StandardCharsets.ISO_8859_1)))
                    .as(text)
                    .isEqualTo(text);
        }
        String windows =
                new String("it’s “so” — 北京大学 é".getBytes(StandardCharsets.UTF_8), Charset.forName("windows-1252"));
        assertThat(repaired(windows.replace("\uFFFD", "\u009D"))).startsWith("it’s “so");
    }

    private static String repaired(String text) {
        StringBuilder repaired = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            int read = Mojibake.begins(text.charAt(i)) ? Mojibake.at(text, i) : -1;
            if (read < 0) {
                repaired.append(text.charAt(i));
            } else {
                repaired.appendCodePoint(read);
                i += Mojibake.length(read) - 1;
            }
        }
        return repaired.toString();
    }
}
