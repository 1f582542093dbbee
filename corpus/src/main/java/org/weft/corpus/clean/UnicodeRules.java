package org.weft.corpus.clean;

import java.text.Normalizer;
import java.util.Set;
import org.weft.core.config.CleanRule;
import org.weft.core.config.UnicodeConfig;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

/**
 * What went wrong with characters before: controls, invisible ones, bytes read in the wrong encoding. A text without any
 * of them is looked at once and not copied. For one thread.
 */
final class UnicodeRules implements TextStep.Pass {
    private static final byte PLAIN = 0;
    private static final byte CONTROL = 1;
    private static final byte INVISIBLE = 2;
    private static final byte REPLACEMENT = 3;
    private static final byte MOJIBAKE = 4;
    private static final byte[] KINDS = new byte[1 << 16];

    static {
        for (int c = 0; c < KINDS.length; c++) {
            if (Character.isISOControl(c) && c != '\t' && c != '\n' || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF) {
                KINDS[c] = CONTROL;
            } else if (c == 0xAD || c == 0x200B || c == 0x2060 || isDirection(c)) {
                KINDS[c] = INVISIBLE;
            } else if (c == 0xFFFD) {
                KINDS[c] = REPLACEMENT;
            } else if (Mojibake.begins((char) c)) {
                KINDS[c] = MOJIBAKE;
            }
        }
    }

    private final Set<CleanRule> active;
    private final UnicodeConfig limits;
    private final StringBuilder edited = new StringBuilder();

    UnicodeRules(Set<CleanRule> active, UnicodeConfig limits) {
        this.active = active;
        this.limits = limits;
    }

    private static boolean isDirection(int c) {
        return c == 0x200E || c == 0x200F || c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
    }

    @Override
    public TextStep.Outcome apply(String text, Tally tally) {
        String result = text;
        if (isUnusual(text)) {
            TextStep.Outcome outcome = look(text, tally);
            if (outcome.isDropped()) {
                return outcome;
            }
            result = outcome.text();
        }
        if (active.contains(CleanRule.UNICODE_NFC) && !Normalizer.isNormalized(result, Normalizer.Form.NFC)) {
            result = Normalizer.normalize(result, Normalizer.Form.NFC);
            RuleCounters.changed(tally, CleanRule.UNICODE_NFC, 1);
        }
        return TextStep.Outcome.kept(result);
    }

    private static boolean isUnusual(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (KINDS[text.charAt(i)] != PLAIN) {
                return true;
            }
        }
        return false;
    }

    private TextStep.Outcome look(String text, Tally tally) {
        boolean dropsControls = active.contains(CleanRule.UNICODE_CONTROLS);
        boolean dropsInvisible = active.contains(CleanRule.UNICODE_INVISIBLE);
        boolean repairs = active.contains(CleanRule.UNICODE_REPAIR);
        int controls = 0;
        int invisible = 0;
        int replacements = 0;
        int mojibake = 0;
        edited.setLength(0);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            byte kind = KINDS[c];
            if (kind == MOJIBAKE) {
                int read = Mojibake.at(text, i);
                if (read >= 0) {
                    mojibake++;
                    int length = Mojibake.length(read);
                    if (repairs) {
                        edited.appendCodePoint(read);
                    } else {
                        edited.append(text, i, i + length);
                    }
                    i += length - 1;
                    continue;
                }
            }
            if (kind == CONTROL && dropsControls) {
                controls++;
                i += controlAt(text, i);
            } else if (kind == INVISIBLE && dropsInvisible) {
                invisible++;
            } else {
                replacements += kind == REPLACEMENT ? 1 : 0;
                edited.append(c);
            }
        }
        CleanRule broken = broken(text.length(), replacements, mojibake, tally);
        if (broken != null) {
            return TextStep.Outcome.dropped(text, broken.word());
        }
        RuleCounters.changed(tally, CleanRule.UNICODE_CONTROLS, controls);
        RuleCounters.changed(tally, CleanRule.UNICODE_INVISIBLE, invisible);
        RuleCounters.changed(tally, CleanRule.UNICODE_REPAIR, repairs ? mojibake : 0);
        return TextStep.Outcome.kept(controls + invisible + (repairs ? mojibake : 0) == 0 ? text : edited.toString());
    }

    /** Ends of lines and pages that are no line feed become one; how many characters more are used up. */
    private int controlAt(String text, int i) {
        char c = text.charAt(i);
        if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
            edited.append('\n');
            return 1;
        }
        if (c == '\r' || c == '\f' || c == 0x0B || c == 0x85) {
            edited.append('\n');
        }
        return 0;
    }

    private CleanRule broken(int length, int replacements, int mojibake, Tally tally) {
        if (active.contains(CleanRule.UNICODE_REPLACEMENTS) && replacements > limits.maxReplacements() * length) {
            return CleanRule.UNICODE_REPLACEMENTS;
        }
        if (active.contains(CleanRule.UNICODE_MOJIBAKE) && mojibake > 0) {
            if (mojibake > limits.maxMojibake() * length) {
                return CleanRule.UNICODE_MOJIBAKE;
            }
            tally.add("clean.found.unicode.mojibake");
            tally.add("clean.found.unicode.mojibake.characters", mojibake);
        }
        return null;
    }
}
