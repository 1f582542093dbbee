package org.weft.core.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A name that a key or a section had before. A user's file may go on using it, and is told of the new one; what a
 * checkpoint recorded under it is read as if it had been written today.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@Repeatable(Renamed.Names.class)
public @interface Renamed {
    /** The former name, as a user wrote it in the same section. */
    String from();

    /** The version that knows the new name. */
    String since();

    /** Several former names. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    @interface Names {
        Renamed[] value();
    }
}
