package org.weft.corpus.privacy;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberMatch;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.Leniency;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.weft.core.config.PersonalKind;

/**
 * Telephone numbers, by Google's libphonenumber, which knows each region's plan. It is asked of what looks like one alone:
 * digits in groups, 7 to 15 of them. A number without a plus sign has to be grouped as its region does, or to be a mobile
 * number of China; in one piece it counts where a word such as "call" stands before it.
 */
final class Phones {
    private static final List<String> WORDS = List.of(
            "tel",
            "phone",
            "telephone",
            "call",
            "fax",
            "mobile",
            "cell",
            "mob",
            "text",
            "dial",
            "whatsapp",
            "sms",
            "hotline",
            "reach",
            "ph",
            "contact",
            "number is",
            "ring",
            "电话",
            "電話",
            "手机",
            "手機",
            "联系",
            "聯繫",
            "致电",
            "传真",
            "热线",
            "微信",
            "拨打");
    private static final List<String> PARAMETERS = List.of(
            "tel", "phone", "telephone", "phone_number", "phonenumber", "fax", "mobile", "cell", "whatsapp", "sms");
    private static final int REACH = 24;
    private static final int FEWEST_DIGITS = 7;
    private static final int MOST_DIGITS = 15;
    private static final int LONGEST = 30;
    private static final int TRIES = 16;

    /** Says of every region without other ways of grouping that there is no file of them. */
    private static final Logger QUIET =
            Logger.getLogger("com.google.i18n.phonenumbers.metadata.init.ClassPathResourceMetadataLoader");

    static {
        QUIET.setLevel(Level.SEVERE);
    }

    private final PhoneNumberUtil library = PhoneNumberUtil.getInstance();
    private final List<String> regions;

    Phones(List<String> regions) {
        this.regions = regions;
    }

    /**
     * The telephone number at some place; null where none begins there.
     *
     * @param start a digit, a plus sign or an opening bracket
     * @param free after the last finding: what stands behind one is no end of a longer row
     */
    Finding at(String text, int start, int free) {
        int end = end(text, start);
        if (end < 0 || !standsAlone(text, start)) {
            return null;
        }
        if (isInRow(text, start) && start - 1 != free) {
            end = endOfPiece(text, start, end);
            if (end < 0) {
                return null;
            }
        }
        boolean international = text.charAt(start) == '+' || text.charAt(start) == '(' && text.charAt(start + 1) == '+';
        if (international) {
            return match(text, start, end, "ZZ", Leniency.VALID);
        }
        boolean named = Surroundings.precededBy(WORDS, text, start, REACH);
        for (String region : regions) {
            Finding found = match(text, start, end, region, named ? Leniency.VALID : Leniency.STRICT_GROUPING);
            if (found != null && (named || isGrouped(text, found) || isMobile(found, region))) {
                return found;
            }
        }
        return null;
    }

    /** After the last digit that may belong to it; -1 where there are too few or too many. */
    private static int end(String text, int start) {
        int digits = 0;
        int end = start;
        int whole = start; // after the last number that a separator follows
        int wholeDigits = 0;
        int brackets = 0;
        for (int i = start; i < text.length() && i - start < LONGEST; i++) {
            char c = text.charAt(i);
            if (Surroundings.isDigit(c)) {
                digits++;
                end = i + 1;
            } else if (c == '(' && brackets == 0) {
                brackets++;
            } else if (!isSeparator(text, i, start)) {
                break;
            }
            if (end == i && i > start) {
                whole = i;
                wholeDigits = digits;
            }
        }
        if (whole > start && end < text.length() && Surroundings.isDigit(text.charAt(end))) {
            end = whole; // the row goes on: without the number that would be cut
            digits = wholeDigits;
        }
        boolean cut = end < text.length() && Surroundings.isDigit(text.charAt(end));
        return digits < FEWEST_DIGITS || cut || digits > MOST_DIGITS && end - start == digits ? -1 : end;
    }

    private static boolean isSeparator(String text, int i, int start) {
        char c = text.charAt(i);
        if (c == '+') {
            return i == start || i == start + 1 && text.charAt(start) == '(';
        }
        if (c == ')') {
            return true;
        }
        return (c == ' ' || c == '-' || c == '.' || c == '/' || c == '\u00A0' || c == '\u2011' || c == '\u2013')
                && i + 1 < text.length()
                && (Surroundings.isDigit(text.charAt(i + 1))
                        || text.charAt(i + 1) == '('
                        || text.charAt(i + 1) == ' '
                        || text.charAt(i + 1) == '-');
    }

    /** Up to a blank: what has blanks itself may be the end of a longer row of numbers; -1 where too few digits are left. */
    private static int endOfPiece(String text, int start, int end) {
        int digits = 0;
        int i = start;
        while (i < end && text.charAt(i) != ' ') {
            digits += Surroundings.isDigit(text.charAt(i)) ? 1 : 0;
            i++;
        }
        return digits < FEWEST_DIGITS ? -1 : i;
    }

    /** Whether a number and a blank stand before. */
    private static boolean isInRow(String text, int start) {
        return start > 1
                && text.charAt(start - 1) == ' '
                && Surroundings.isDigit(text.charAt(start - 2))
                && text.charAt(start) != '+'
                && text.charAt(start) != '(';
    }

    /** Whether what is given a value there is called a telephone number: phone=, userMobile=. */
    private static boolean isParameter(String text, int sign) {
        String name = text.substring(Math.max(0, sign - REACH), sign).toLowerCase(Locale.ROOT);
        return PARAMETERS.stream().anyMatch(name::endsWith);
    }

    private static boolean standsAlone(String text, int start) {
        char before = Surroundings.before(text, start);
        boolean digitBefore = start > 1 && Surroundings.isDigit(text.charAt(start - 2));
        return !Surroundings.isLetter(before)
                && !Surroundings.isDigit(before)
                && "_#$€£¥%*&@+".indexOf(before) < 0
                && (before != '=' || text.charAt(start) == '+' || isParameter(text, start - 1))
                && !(".-/".indexOf(before) >= 0 && digitBefore)
                && before != '/'
                && !(before == '-' && start > 1 && text.charAt(start - 2) > ' ')
                && !(before == '.' && start > 1 && text.charAt(start - 2) > ' ');
    }

    private Finding match(String text, int start, int end, String region, Leniency leniency) {
        String candidate = text.substring(start, end);
        for (PhoneNumberMatch match : library.findNumbers(candidate, region, leniency, TRIES)) {
            if (match.start() > 1 || start + match.start() > start && text.charAt(start) != '(') {
                return null;
            }
            int stop = start + match.end();
            char after = Surroundings.after(text, stop);
            boolean goesOn = Surroundings.isDigit(after)
                    || Surroundings.isLetter(after) && after != 'x' && after != 'e'
                    || "_%@".indexOf(after) >= 0
                    || (after == '-' || after == '.' || after == '/' || after == ':')
                            && Surroundings.isDigit(Surroundings.after(text, stop + 1));
            if (goesOn) {
                return null;
            }
            return new Finding(
                    PersonalKind.PHONE,
                    start + match.start(),
                    stop,
                    library.format(match.number(), PhoneNumberFormat.E164));
        }
        return null;
    }

    /** Whether something stands between its digits that is no point: 212-555-0123, (212) 555-0123. */
    private static boolean isGrouped(String text, Finding found) {
        int separators = 0;
        boolean points = true;
        for (int i = found.start(); i < found.end(); i++) {
            char c = text.charAt(i);
            if (!Surroundings.isDigit(c)) {
                separators++;
                points &= c == '.';
            }
        }
        return separators >= 2 || separators == 1 && !points;
    }

    private boolean isMobile(Finding found, String region) {
        if (!region.equals("CN")) {
            return false;
        }
        try {
            PhoneNumber number = library.parse(found.value(), region);
            return library.getNumberType(number) == PhoneNumberType.MOBILE;
        } catch (NumberParseException impossible) {
            throw new IllegalStateException(impossible); // the library wrote it
        }
    }
}
