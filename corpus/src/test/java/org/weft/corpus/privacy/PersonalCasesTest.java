package org.weft.corpus.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.weft.core.config.PersonalKind;

/**
 * Recall and precision of each kind on 500 lines that have it and 500 that only look so, all kinds being looked for. The
 * lines are written by {@code bench/peers/personal_cases.py}; a finding that is one character too long or short is wrong.
 */
class PersonalCasesTest {
    private static final double LEAST_RECALL = 0.98;
    private static final double LEAST_PRECISION = 0.95;
    private static final int CASES = 500;

    private final PersonalScan scan = new PersonalScan(EnumSet.allOf(PersonalKind.class), List.of("US", "CN"), true);

    @Test
    void findsWhatIsThereAndLeavesWhatLooksSo() throws IOException {
        List<String> wrong = new ArrayList<>();
        List<String> table = new ArrayList<>(List.of("kind     recall  precision"));
        for (PersonalKind kind : PersonalKind.values()) {
            int right = 0;
            int spurious = 0;
            for (String line : lines(kind, "found")) {
                boolean met = false;
                for (String found : found(kind, line.replace("⟦", "").replace("⟧", ""))) {
                    boolean expected = !met && line.contains("⟦" + found + "⟧");
                    met |= expected;
                    spurious += expected ? 0 : 1;
                }
                right += met ? 1 : 0;
                note(!met, kind + " missed: ", line, wrong);
            }
            for (String line : lines(kind, "left")) {
                List<String> found = found(kind, line);
                spurious += found.size();
                note(!found.isEmpty(), kind + " found " + found + ": ", line, wrong);
            }
            double recall = (double) right / CASES;
            double precision = (double) right / (right + spurious);
            table.add(String.format(Locale.ROOT, "%-8s %6.3f %10.3f", kind.word(), recall, precision));
            assertThat(recall).as("recall of %s; %s", kind, wrong).isGreaterThanOrEqualTo(LEAST_RECALL);
            assertThat(precision).as("precision of %s; %s", kind, wrong).isGreaterThanOrEqualTo(LEAST_PRECISION);
        }
        System.out.println(String.join("\n", table));
    }

    private static void note(boolean wrong, String what, String line, List<String> notes) {
        if (wrong) {
            notes.add(what + line);
        }
    }

    private List<String> found(PersonalKind kind, String text) {
        List<Finding> all = new ArrayList<>();
        scan.find(text, all);
        return all.stream()
                .filter(finding -> finding.kind() == kind)
                .map(finding -> text.substring(finding.start(), finding.end()))
                .toList();
    }

    private static List<String> lines(PersonalKind kind, String which) throws IOException {
        try (InputStream in = PersonalCasesTest.class.getResourceAsStream(kind.word() + "." + which + ".txt")) {
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(lines).hasSize(CASES);
            return lines;
        }
    }
}
