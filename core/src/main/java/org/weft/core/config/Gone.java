package org.weft.core.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A key that a section had before and has no more; on the section's record, or on {@link WeftConfig} for a whole section.
 * A user who sets it is told why it is gone; where a checkpoint recorded it, it is passed over.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Gone.Keys.class)
public @interface Gone {
    /** The key, as a user wrote it. */
    String key();

    /** The version that no longer has it. */
    String since();

    /** What takes its place, or why nothing does: a clause that ends the error's sentence. */
    String why();

    /** Several such keys. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface Keys {
        Gone[] value();
    }
}
