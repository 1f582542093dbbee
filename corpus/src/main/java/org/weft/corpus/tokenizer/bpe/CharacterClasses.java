package org.weft.corpus.tokenizer.bpe;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What kind of character each code point is to a pre-tokenizer. The table is Weft's own and not the JDK's: versions of
 * Unicode differ, and ids are a function of the text, not of the machine that encodes it. It says of every code point what
 * the regular expressions of Hugging Face's library say ({@code CharacterClassesTest}).
 */
final class CharacterClasses {
    static final int OTHER = 0;
    static final int SPACE = 1; // white space but \r and \n
    static final int NEWLINE = 2; // \r and \n
    static final int NUMBER = 3; // Nd, Nl, No
    static final int UPPER = 4; // Lu, Lt
    static final int LOWER = 5; // Ll
    static final int CASELESS = 6; // Lm, Lo
    static final int MARK = 7; // Mn, Mc, Me

    /** By number, as the table spells them. */
    static final List<String> NAMES =
            List.of("other", "space", "newline", "number", "upper", "lower", "caseless", "mark");

    static final CharacterClasses TABLE = read();

    private static final String RESOURCE = "character-classes.txt";
    private static final int PAGE = 256;
    private static final int LIMIT = 1 << 21; // whatever four bytes of UTF-8 can spell

    private final int[] pages = new int[LIMIT / PAGE]; // where a page begins
    private final byte[] classes; // page after page, equal ones once

    private CharacterClasses(byte[] all) {
        Map<ByteBuffer, Integer> starts = new HashMap<>();
        byte[] kept = new byte[all.length];
        int size = 0;
        for (int page = 0; page < pages.length; page++) {
            ByteBuffer content = ByteBuffer.wrap(all, page * PAGE, PAGE).slice();
            Integer known = starts.get(content);
            if (known == null) {
                known = size;
                starts.put(content, known);
                System.arraycopy(all, page * PAGE, kept, size, PAGE);
                size += PAGE;
            }
            pages[page] = known;
        }
        this.classes = Arrays.copyOf(kept, size);
    }

    /** Class of a code point. */
    int of(int codePoint) {
        return classes[pages[codePoint >>> 8] + (codePoint & 0xFF)];
    }

    /** What no line of the table names is other. */
    private static CharacterClasses read() {
        byte[] all = new byte[LIMIT];
        CodePointRanges.read(
                RESOURCE, (first, last, name) -> Arrays.fill(all, first, last + 1, (byte) NAMES.indexOf(name)));
        return new CharacterClasses(all);
    }
}
