package org.weft.core;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;

/** What is wrong with JSON, in words for who wrote it: the parser's own speak of its tokens, sources and Java's types. */
public final class JsonFault {
    private JsonFault() {}

    /** Whether the JSON ends too soon. */
    public static boolean endsTooSoon(JsonProcessingException fault) {
        return fault instanceof JsonEOFException;
    }

    /** What is wrong in a text of one line: "it ends before the JSON does", "unexpected 'o' at column 10". */
    public static String inLine(JsonProcessingException fault) {
        if (endsTooSoon(fault)) {
            return "it ends before the JSON does";
        }
        JsonLocation at = fault.getLocation();
        String place = at == null || at.getColumnNr() < 1 ? "" : " at column " + at.getColumnNr();
        return what(fault) + place;
    }

    private static String what(JsonProcessingException fault) {
        String said = fault.getOriginalMessage();
        if (fault instanceof MismatchedInputException) {
            return said.startsWith("Trailing token") ? "something stands after the JSON" : "it has another form";
        }
        int within = said.indexOf(':');
        String first = within > 0 ? said.substring(0, within) : said;
        return first.isEmpty() ? "it cannot be read" : Character.toLowerCase(first.charAt(0)) + first.substring(1);
    }
}
