package org.weft.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopStringsTest {
    private final StringBuilder passed = new StringBuilder();

    @Test
    void holdsBackWhatMayBecomeAStopString() {
        StopStrings stops = new StopStrings(List.of("\n\n", "END."), passed::append);
        assertThat(stops.add("one EN")).isTrue();
        assertThat(passed).hasToString("one ");
        assertThat(stops.add("ED two\n")).isTrue();
        assertThat(passed).hasToString("one ENED two");
        assertThat(stops.add("three END")).isTrue();
        assertThat(passed).hasToString("one ENED two\nthree ");
        assertThat(stops.add(". four")).isFalse();
        assertThat(stops.add("five")).isFalse();
        stops.end();
        assertThat(passed).hasToString("one ENED two\nthree ");
    }

    @Test
    void whatWasHeldBackComesWhenTheTextEnds() {
        StopStrings stops = new StopStrings(List.of("END"), passed::append);
        assertThat(stops.add("the EN")).isTrue();
        stops.end();
        assertThat(passed).hasToString("the EN");
    }

    @Test
    void withoutStopStringsEverythingPassesAtOnce() {
        List<String> pieces = new ArrayList<>();
        StopStrings stops = new StopStrings(List.of(), pieces::add);
        assertThat(stops.add("one")).isTrue();
        assertThat(stops.add("")).isTrue();
        assertThat(stops.add(" two")).isTrue();
        assertThat(pieces).containsExactly("one", " two");
    }

    @Test
    void theTextDoesNotDependOnItsPieces() {
        Random random = new Random(17);
        for (int round = 0; round < 3000; round++) {
            List<String> stops = new ArrayList<>();
            int count = random.nextInt(4);
            for (int i = 0; i < count; i++) {
                stops.add(letters(random, 1 + random.nextInt(5)));
            }
            String text = letters(random, random.nextInt(40));
            String expected = upToFirst(text, stops);
            StringBuilder found = new StringBuilder();
            StopStrings stream = new StopStrings(stops, found::append);
            boolean goesOn = true;
            for (int at = 0; at < text.length() && goesOn; ) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(6));
                goesOn = stream.add(text.substring(at, end));
                assertThat(expected).as("stops %s of %s", stops, text).startsWith(found);
                at = end;
            }
            stream.end();
            assertThat(found).as("stops %s of %s", stops, text).hasToString(expected);
        }
    }

    /** By the definition: grow the text by one character until it ends in a stop string. */
    private static String upToFirst(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String grown = text.substring(0, end);
            int longest = stops.stream()
                    .filter(grown::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return grown.substring(0, end - longest);
            }
        }
        return text;
    }

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(3)));
        }
        return text.toString();
    }

    @Test
    void refusesAnEmptyOne() {
        assertThatThrownBy(() -> new StopStrings(List.of("a", ""), passed::append))
                .hasMessageContaining("a stop string is empty");
    }
}
