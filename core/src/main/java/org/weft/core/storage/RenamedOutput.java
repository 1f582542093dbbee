package org.weft.core.storage;

import java.io.IOException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/** Writes under a dotted name beside the target; {@code hsync}, then an overwriting rename, make the file appear. */
final class RenamedOutput extends HadoopOutput {
    private final FileContext context;
    private final Path temporary;
    private final Path target;

    RenamedOutput(FileSystem system, FileContext context, Path temporary, Path target) throws IOException {
        super(system, temporary, target);
        this.context = context;
        this.temporary = system.makeQualified(temporary);
        this.target = system.makeQualified(target);
    }

    @Override
    void appear() throws IOException {
        context.rename(temporary, target, Options.Rename.OVERWRITE);
    }
}
