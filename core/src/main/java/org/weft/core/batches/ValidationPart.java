package org.weft.core.batches;

import java.io.Serializable;
import java.util.List;

/**
 * Validation batches of one source; the parts of an evaluation follow one another.
 *
 * @param source its name; empty where the data are one whole
 * @param batches how many they are
 */
public record ValidationPart(String source, int batches) implements Serializable {

    /** Validation data that are one whole; nothing where they have no batch. */
    public static List<ValidationPart> whole(int batches) {
        return batches == 0 ? List.of() : List.of(new ValidationPart("", batches));
    }

    /** Batches of all parts. */
    public static int batches(List<ValidationPart> parts) {
        return parts.stream().mapToInt(ValidationPart::batches).sum();
    }
}
