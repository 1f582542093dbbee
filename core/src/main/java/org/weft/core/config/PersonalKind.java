package org.weft.core.config;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What of a person, or of a secret, is looked for in texts. docs/privacy.md says how each is known. */
public enum PersonalKind implements Word {
    EMAIL,
    PHONE,
    IP,
    CARD,
    US_SSN,
    CN_ID,
    SECRET;

    static final String ALL = "all";

    /** The kinds that words stand for, in their order. */
    public static Set<PersonalKind> of(List<String> words) {
        EnumSet<PersonalKind> found = EnumSet.noneOf(PersonalKind.class);
        Arrays.stream(values())
                .filter(kind -> words.contains(ALL) || words.contains(kind.word()))
                .forEach(found::add);
        return found;
    }
}
