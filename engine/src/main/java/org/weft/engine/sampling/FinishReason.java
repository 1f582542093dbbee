package org.weft.engine.sampling;

import java.util.Locale;

/** Why a text ended. */
public enum FinishReason {
    /** The model chose the token that ends a text. */
    END_OF_TEXT,
    /** Who listens saw a string that ends the text. */
    STOP_STRING,
    /** It has as many new tokens as were asked for. */
    LENGTH;

    /** As it is written for programs: {@code end_of_text}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
