package org.weft.corpus.privacy;

import org.weft.core.config.PersonalKind;

/**
 * Numbers of payment cards: an issuer's prefix and a length that it gives out (ISO/IEC 7812 as the networks publish their
 * ranges), and the check digit of Luhn's formula.
 */
final class Cards {
    private static final int PREFIX = 6;
    private static final int SHORTEST = 13;
    private static final int LONGEST = 19;

    private Cards() {}

    /** The card number that the groups begin with; null where they do not. */
    static Finding in(String text, DigitGroups groups) {
        char separator = groups.count > 1 ? text.charAt(groups.ends[0]) : ' ';
        for (int count = groups.count; count >= 1; count--) {
            if (count > 1 && (separator != ' ' && separator != '-' || !groups.separated(text, count, separator))) {
                continue;
            }
            if (!isPrinted(groups, count)) {
                continue;
            }
            String digits = groups.digits(text, count);
            int end = groups.ends[count - 1];
            if (isCard(digits) && standsAlone(text, groups.starts[0], end)) {
                return new Finding(PersonalKind.CARD, groups.starts[0], end, digits);
            }
        }
        return null;
    }

    /** In one piece, or as it is printed: fours, and at the end what is left; 4-6-5 and 4-6-4. */
    private static boolean isPrinted(DigitGroups groups, int count) {
        if (count == 1) {
            return true;
        }
        if (count == 3) {
            return groups.length(0) == 4 && groups.length(1) == 6 && (groups.length(2) == 5 || groups.length(2) == 4);
        }
        for (int i = 0; i + 1 < count; i++) {
            if (groups.length(i) != 4) {
                return false;
            }
        }
        return count >= 4 && groups.length(count - 1) <= 4;
    }

    private static boolean standsAlone(String text, int start, int end) {
        char before = Surroundings.before(text, start);
        char after = Surroundings.after(text, end);
        boolean decimal = after == '.' && Surroundings.isDigit(Surroundings.after(text, end + 1));
        return !Surroundings.isLetter(before)
                && ".-_/+$".indexOf(before) < 0
                && !Surroundings.isLetter(after)
                && "_-%/".indexOf(after) < 0
                && !decimal;
    }

    static boolean isCard(String digits) {
        int length = digits.length();
        if (length < SHORTEST || length > LONGEST || digits.chars().distinct().count() < 2) {
            return false;
        }
        return isIssued(Integer.parseInt(digits.substring(0, PREFIX)), length) && luhn(digits);
    }

    private static boolean isIssued(int prefix, int length) {
        int one = prefix / 100_000;
        int two = prefix / 10_000;
        int three = prefix / 1000;
        int four = prefix / 100;
        if (one == 4) { // Visa
            return length == 13 || length == 16 || length == 19;
        }
        if (two >= 51 && two <= 55 || four >= 2221 && four <= 2720) { // Mastercard
            return length == 16;
        }
        if (two == 34 || two == 37) { // American Express
            return length == 15;
        }
        if (three >= 300 && three <= 305 || two == 36 || two == 38 || two == 39) { // Diners Club
            return length == 14;
        }
        if (four >= 3528 && four <= 3589) { // JCB
            return length >= 16;
        }
        boolean discover = four == 6011 || three >= 644 && three <= 649 || two == 65;
        return (discover || two == 62) && length >= 16; // Discover, UnionPay
    }

    private static boolean luhn(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int doubled = i % 2 == 1 ? digit * 2 : digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }
}
