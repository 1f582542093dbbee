package org.weft.corpus.source;

import java.io.Serializable;
import org.weft.core.WeftException;
import org.weft.core.config.SourceConfig;

/**
 * Which keys or columns of a record are its text and its id, and what is said of a record that lacks one.
 *
 * @param id empty where the configuration names none
 * @param textKey the setting that names the text, for errors
 * @param idKey the setting that names the id, for errors
 */
record TextFields(String text, String id, String textKey, String idKey) implements Serializable {

    static TextFields of(SourceConfig source) {
        return new TextFields(source.textField(), source.idField(), source.key("text_field"), source.key("id_field"));
    }

    /** The error of records that do not have a field at all. */
    WeftException missing(String field, String found, String where) {
        String what = field.equals(text) ? "text" : "id";
        return WeftException.invalidData(
                "no " + what + " field \"" + field + "\": " + where + " " + found,
                "name the key of the " + what + " with " + (field.equals(text) ? textKey : idKey));
    }

    /** The error of a text that is none. */
    WeftException noText(Object kind, String where) {
        return WeftException.invalidData(
                "no text field \"" + text + "\": " + where + " is no string but " + kind,
                "each object must have a string there: mend or remove it, or name another key with " + textKey);
    }

    /** The error of a record whose id says nothing. */
    WeftException noId(String where) {
        return WeftException.invalidData(
                "no id field \"" + id + "\": " + where + " has no value there",
                "each record must have a text or a number there: mend or remove it, or leave " + idKey + " out");
    }
}
