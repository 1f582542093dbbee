package org.weft.corpus.privacy;

import org.weft.core.config.PersonalKind;

/**
 * Something personal in a text.
 *
 * @param start its first character
 * @param end after its last
 * @param value the same for all ways to write it: what a pseudonym is made of
 */
record Finding(PersonalKind kind, int start, int end, String value) {

    /** What is left of it behind another one. */
    Finding from(int later) {
        return new Finding(kind, later, end, value);
    }
}
