package org.weft.corpus.source;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.storage.Store.Entry;

/** What a user gave as files, directories and globs, as the files that it stands for. */
public final class InputPaths {
    private InputPaths() {}

    /**
     * Every file once, by path.
     *
     * @param key names what the user gave, for errors
     */
    public static List<Entry> files(Store store, String key, List<String> inputs) throws IOException {
        Map<String, Entry> files = new TreeMap<>();
        for (String input : inputs) {
            try {
                store.files(input).forEach(file -> files.put(file.path(), file));
            } catch (FileNotFoundException absent) {
                throw WeftException.usage(key + ": no such file or directory: " + input, hint(input));
            }
        }
        return List.copyOf(files.values());
    }

    private static String hint(String input) {
        return input.matches(".*[\\[\\]{}*?\\\\].*")
                ? "a name that does not exist is read as a glob, for it has one of [ ] { } * ?: give a path that exists,"
                        + " or put a backslash before each that is meant as it stands"
                : "give a path that exists; without a scheme it belongs to the default file system";
    }
}
