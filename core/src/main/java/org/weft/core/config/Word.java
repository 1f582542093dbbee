package org.weft.core.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A word of a closed set that a configuration's key may take: an enum whose constants are written in snake_case. A key
 * of such a type is bound, checked and written by {@link RecordBinder}; validation has nothing to say of it.
 */
public interface Word {
    /** The constant's name, as every enum has it. */
    String name();

    /** As a user writes it; a constant that is written otherwise overrides this. */
    default String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All words of a set, in their order. */
    static List<String> all(Class<? extends Word> set) {
        return Arrays.stream(set.getEnumConstants()).map(Word::word).toList();
    }
}
