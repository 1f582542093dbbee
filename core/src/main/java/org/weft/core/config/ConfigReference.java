package org.weft.core.config;

import java.lang.reflect.RecordComponent;
import org.weft.core.Records;

/** Writes {@code docs/configuration.md} from the records, so that the page cannot drift from the code. */
public final class ConfigReference {
    private ConfigReference() {}

    public static String markdown() {
        StringBuilder page = new StringBuilder("""
                # Configuration

                A run is described by one YAML file and `--set section.key=value`. Every key has a default; an unknown key is
                an error. Batch sizes count sequences of `model.context` tokens. This page is generated from the records in
                `core/src/main/java/org/weft/core/config`.
                """);
        WeftConfig defaults = WeftConfig.defaults();
        for (RecordComponent section : WeftConfig.class.getRecordComponents()) {
            String name = RecordBinder.key(section.getName());
            page.append("\n## ")
                    .append(name)
                    .append("\n\n")
                    .append(doc(section))
                    .append("\n\n");
            page.append("| key | default | meaning |\n|---|---|---|\n");
            Record values = (Record) Records.get(defaults, section);
            for (RecordComponent key : section.getType().getRecordComponents()) {
                page.append("| `")
                        .append(name)
                        .append('.')
                        .append(RecordBinder.key(key.getName()))
                        .append("` | `")
                        .append(shown(Records.get(values, key)))
                        .append("` | ")
                        .append(doc(key))
                        .append(" |\n");
            }
        }
        return page.toString();
    }

    private static String shown(Object value) {
        if (value instanceof Word word) {
            return shown(word.word());
        }
        return value instanceof String text && text.isEmpty() ? "\"\"" : String.valueOf(value);
    }

    private static String doc(RecordComponent component) {
        return component.getAnnotation(Doc.class).value();
    }
}
