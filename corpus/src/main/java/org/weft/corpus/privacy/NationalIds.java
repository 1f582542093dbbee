package org.weft.corpus.privacy;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.weft.core.config.PersonalKind;

/**
 * Numbers that a state gives its people. United States: Social Security numbers, by the Social Security Administration's
 * rules of what was never given out. China: GB 11643-1999, a place, a day of birth and a check character of ISO 7064,
 * MOD 11-2.
 */
final class NationalIds {
    private static final List<String> SSN_WORDS = List.of("ssn", "social security", "ss#", "soc sec");
    private static final List<String> CN_WORDS = List.of("身份证", "身份證", "证件号", "證件號", "id card", "identity card");
    private static final int REACH = 32;

    /** Printed on samples and in advertisements, of nobody. */
    private static final Set<String> SAMPLES = Set.of("078051120", "219099999", "457555462");

    private static final Set<Integer> PROVINCES = Set.of(
            11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61,
            62, 63, 64, 65, 71, 81, 82, 83);

    private static final int[] WEIGHTS = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    private static final String CHECKS = "10X98765432";
    private static final int EARLIEST = 1900;
    private static final int LATEST = 2099;

    private NationalIds() {}

    /** A Social Security number at the beginning of the groups; null where there is none. */
    static Finding ssn(String text, DigitGroups groups) {
        int count =
                groups.count >= 3 && groups.length(0) == 3 && groups.length(1) == 2 && groups.length(2) == 4 ? 3 : 1;
        if (count == 1 && groups.length(0) != 9) {
            return null;
        }
        int start = groups.starts[0];
        int end = groups.ends[count - 1];
        String digits = groups.digits(text, count);
        if (!standsAlone(text, start, end) || !isGiven(digits)) {
            return null;
        }
        boolean printed = count == 3 && groups.separated(text, 3, '-');
        boolean spaced = count == 1 || groups.separated(text, 3, ' ') || groups.separated(text, 3, '.');
        if (printed || spaced && Surroundings.precededBy(SSN_WORDS, text, start, REACH)) {
            return new Finding(PersonalKind.US_SSN, start, end, digits);
        }
        return null;
    }

    private static boolean isGiven(String digits) {
        int area = Integer.parseInt(digits.substring(0, 3));
        return area != 0
                && area != 666
                && area < 900
                && !digits.startsWith("00", 3)
                && !digits.endsWith("0000")
                && !SAMPLES.contains(digits);
    }

    /** A Chinese identity number that the first group is, or begins; null where there is none. */
    static Finding chinese(String text, DigitGroups groups) {
        int start = groups.starts[0];
        int end = groups.ends[0];
        int length = end - start;
        char next = Surroundings.after(text, end);
        if (length == 17 && (next == 'X' || next == 'x')) {
            end++;
        } else if (length != 18 && length != 15) {
            return null;
        }
        String number = text.substring(start, end).toUpperCase(Locale.ROOT);
        if (!standsAlone(text, start, end) || !PROVINCES.contains(Integer.parseInt(number.substring(0, 2)))) {
            return null;
        }
        boolean valid = length == 15
                ? isDay("19" + number.substring(6, 12)) && Surroundings.precededBy(CN_WORDS, text, start, REACH)
                : isDay(number.substring(6, 14)) && check(number) == number.charAt(17);
        return valid ? new Finding(PersonalKind.CN_ID, start, end, number) : null;
    }

    private static char check(String number) {
        int sum = 0;
        for (int i = 0; i < WEIGHTS.length; i++) {
            sum += (number.charAt(i) - '0') * WEIGHTS[i];
        }
        return CHECKS.charAt(sum % CHECKS.length());
    }

    /** Whether eight digits are a day on which a living person may be born. */
    private static boolean isDay(String digits) {
        int year = Integer.parseInt(digits.substring(0, 4));
        int month = Integer.parseInt(digits.substring(4, 6));
        int day = Integer.parseInt(digits.substring(6, 8));
        try {
            return year >= EARLIEST
                    && year <= LATEST
                    && LocalDate.of(year, month, day).getYear() == year;
        } catch (DateTimeException noDay) {
            return false;
        }
    }

    private static boolean standsAlone(String text, int start, int end) {
        char before = Surroundings.before(text, start);
        char after = Surroundings.after(text, end);
        boolean goesOn = (after == '-' || after == '.') && Surroundings.isDigit(Surroundings.after(text, end + 1));
        return !Surroundings.isLetter(before)
                && ".-_/+$#".indexOf(before) < 0
                && !Surroundings.isLetter(after)
                && !Surroundings.isDigit(after)
                && after != '_'
                && !goesOn;
    }
}
