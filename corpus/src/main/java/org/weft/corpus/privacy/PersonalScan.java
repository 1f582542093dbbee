package org.weft.corpus.privacy;

import java.util.List;
import java.util.Set;
import org.weft.core.config.PersonalKind;

/**
 * Goes through a text once and stops only at characters that something personal may begin with or has in it. Of two that
 * overlap, the one that was found first stays, and the other is what is left of it: a card number is no telephone number.
 * For one thread.
 */
final class PersonalScan {
    private static final byte PLAIN = 0;
    private static final byte AT = 1;
    private static final byte DIGIT = 2;
    private static final byte NUMBER_SIGN = 3;
    private static final byte COLON = 4;
    private static final byte EQUALS = 5;
    private static final byte HYPHEN = 6;
    private static final byte LETTER = 7;
    private static final byte[] STOPS = new byte[128];

    static {
        for (char c = 0; c < STOPS.length; c++) {
            STOPS[c] = Surroundings.isDigit(c) ? DIGIT : Secrets.mayBegin(c) ? LETTER : PLAIN;
        }
        STOPS['@'] = AT;
        STOPS['+'] = NUMBER_SIGN;
        STOPS['('] = NUMBER_SIGN;
        STOPS[':'] = COLON;
        STOPS['='] = EQUALS;
        STOPS['-'] = HYPHEN;
    }

    private final boolean emails;
    private final boolean addresses;
    private final boolean cards;
    private final boolean ssn;
    private final boolean chinese;
    private final boolean secrets;
    private final boolean keepsPrivate;
    private final Phones phones;
    private final DigitGroups groups = new DigitGroups();

    /** Up to where the text is looked through or taken. */
    private int free;

    PersonalScan(Set<PersonalKind> kinds, List<String> regions, boolean keepsPrivate) {
        this.emails = kinds.contains(PersonalKind.EMAIL);
        this.addresses = kinds.contains(PersonalKind.IP);
        this.cards = kinds.contains(PersonalKind.CARD);
        this.ssn = kinds.contains(PersonalKind.US_SSN);
        this.chinese = kinds.contains(PersonalKind.CN_ID);
        this.secrets = kinds.contains(PersonalKind.SECRET);
        this.keepsPrivate = keepsPrivate;
        this.phones = kinds.contains(PersonalKind.PHONE) ? new Phones(regions) : null;
    }

    /** Adds what is in a text, in its order, without overlaps. */
    void find(String text, List<Finding> found) {
        free = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= STOPS.length || STOPS[c] == PLAIN) {
                continue;
            }
            Finding finding = at(text, i, STOPS[c]);
            if (finding != null && takes(finding, found)) {
                i = Math.max(i, free - 1);
            }
        }
    }

    /** What is found later and reaches further back takes the place of what it covers: an address with digits before @. */
    private boolean takes(Finding finding, List<Finding> found) {
        int kept = found.size();
        while (kept > 0 && finding.start() <= found.get(kept - 1).start()) {
            if (finding.end() < found.get(kept - 1).end()) {
                return false;
            }
            kept--;
        }
        Finding last = finding;
        int before = kept > 0 ? found.get(kept - 1).end() : 0;
        if (finding.start() < before) {
            if (finding.end() <= before) {
                return false;
            }
            last = finding.from(before);
        }
        found.subList(kept, found.size()).clear();
        found.add(last);
        free = last.end();
        return true;
    }

    private Finding at(String text, int i, byte stop) {
        return switch (stop) {
            case AT -> emails ? Emails.at(text, i) : null;
            case DIGIT -> i == 0 || !Surroundings.isDigit(text.charAt(i - 1)) ? number(text, i) : null;
            case NUMBER_SIGN -> phones == null ? null : phones.at(text, i, free);
            case COLON -> colon(text, i);
            case EQUALS -> secrets ? Secrets.assigned(text, i) : null;
            case HYPHEN -> secrets ? PrivateKeys.at(text, i) : null;
            default -> secrets && !isWord(Surroundings.before(text, i)) ? Secrets.token(text, i) : null;
        };
    }

    private static boolean isWord(char c) {
        return Surroundings.isAlphanumeric(c) || c == '_';
    }

    private Finding number(String text, int i) {
        groups.read(text, i);
        if (groups.count == 0) {
            return null;
        }
        Finding found = chinese ? NationalIds.chinese(text, groups) : null;
        if (found == null && cards) {
            found = Cards.in(text, groups);
        }
        if (found == null && ssn) {
            found = NationalIds.ssn(text, groups);
        }
        if (found == null && addresses) {
            found = Addresses.version4(text, groups, keepsPrivate);
        }
        return found == null && phones != null ? phones.at(text, i, free) : found;
    }

    private Finding colon(String text, int i) {
        Finding found = secrets ? Secrets.inUrl(text, i) : null;
        if (found == null && secrets) {
            found = Secrets.assigned(text, i);
        }
        boolean begins = i == 0 || text.charAt(i - 1) != ':';
        return found == null && addresses && begins ? Addresses.version6(text, i, keepsPrivate) : found;
    }
}
