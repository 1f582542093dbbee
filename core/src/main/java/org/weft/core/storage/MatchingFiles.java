package org.weft.core.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.weft.core.storage.Store.Entry;

/** The files that a path stands for: itself where it exists, and only else those that it matches as a glob. */
record MatchingFiles(FileSystem system) {

    List<Entry> of(String pathOrGlob) throws IOException {
        List<Entry> files = new ArrayList<>();
        for (FileStatus match : matches(pathOrGlob)) {
            collect(match, files);
        }
        files.sort(Comparator.comparing(Entry::path));
        return files;
    }

    private FileStatus[] matches(String pathOrGlob) throws IOException {
        Path path = new Path(pathOrGlob);
        try {
            return new FileStatus[] {system.getFileStatus(path)};
        } catch (FileNotFoundException absent) {
            FileStatus[] found = globbed(path);
            if (found == null || found.length == 0) {
                throw new FileNotFoundException(pathOrGlob);
            }
            return found;
        }
    }

    private FileStatus[] globbed(Path path) throws IOException {
        try {
            return system.globStatus(path);
        } catch (IOException failure) {
            if (String.valueOf(failure.getMessage()).startsWith("Illegal file pattern")) {
                return null; // A bracket that nothing closes: a name, and there is none such.
            }
            throw failure;
        }
    }

    private void collect(FileStatus at, List<Entry> files) throws IOException {
        if (!at.isDirectory()) {
            files.add(HadoopStore.entry(at));
            return;
        }
        for (FileStatus child : system.listStatus(at.getPath())) {
            String name = child.getPath().getName();
            if (!name.startsWith(".") && !name.startsWith("_")) {
                collect(child, files);
            }
        }
    }
}
