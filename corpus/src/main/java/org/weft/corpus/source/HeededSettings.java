package org.weft.corpus.source;

import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig.Setting;
import org.weft.core.config.SourceConfig;

/**
 * Whether what is said of a source's files says anything of those that there are: what a format does not heed is refused with
 * the configuration where the format is named, and here where names decide it; how texts would be cut, if there were any, may
 * then be said of files that have none. Owned by one thread.
 */
public final class HeededSettings {
    private final SourceConfig source;
    private final Set<Setting> left = EnumSet.noneOf(Setting.class); // set, and heeded by no file so far
    private final Set<String> formats = new TreeSet<>();

    /** Of a source's files, which {@link #add} is told of. */
    public HeededSettings(SourceConfig source) {
        this.source = source;
        for (Setting setting : Setting.values()) {
            if (setting != Setting.SAMPLE_BY && source.sets(setting)) {
                left.add(setting);
            }
        }
    }

    /** A file of the source. Where documents have ids, those of each file do, or duplicates among them would not be found. */
    public void add(CorpusFormat format, String path) {
        if (source.sets(Setting.ID_FIELD) && !format.word().heeds(Setting.ID_FIELD)) {
            throw WeftException.usage(
                    source.key("id_field") + "=" + source.idField() + ": documents of "
                            + format.word().word() + " have no id: file=" + path,
                    "leave such files out with a glob, such as DIR/*.jsonl, name the files' format with "
                            + source.key("format") + ", or leave " + source.key("id_field") + " out");
        }
        left.removeIf(format.word()::heeds);
        formats.add(format.word().word());
    }

    /** Fails where a setting is heeded by none of the files. */
    public void requireAll() {
        if (!left.isEmpty() && !formats.isEmpty()) {
            Setting setting = left.iterator().next();
            throw WeftException.usage(
                    source.key(setting.word()) + " has no effect on any file of " + source.key("input") + ": all are "
                            + String.join(", ", formats),
                    "leave it out, or name the files' format with " + source.key("format"));
        }
    }
}
