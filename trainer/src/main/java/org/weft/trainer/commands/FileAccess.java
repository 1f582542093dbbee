package org.weft.trainer.commands;

import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.weft.core.storage.HadoopStore;
import org.weft.driver.local.EmbeddedHdfs;

/** Hadoop settings of this command, and the embedded HDFS that may stand behind them. */
final class FileAccess implements AutoCloseable {
    private final EmbeddedHdfs embedded;
    private final boolean owned;

    /**
     * @param embedded closed with this; null for none
     */
    FileAccess(EmbeddedHdfs embedded) {
        this(embedded, embedded != null);
    }

    private FileAccess(EmbeddedHdfs embedded, boolean owned) {
        this.embedded = embedded;
        this.owned = owned;
    }

    /** On an HDFS that goes on when this is closed. */
    static FileAccess within(EmbeddedHdfs running) {
        return new FileAccess(running, false);
    }

    Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        if (embedded != null) {
            settings.put("fs.defaultFS", embedded.uri().toString());
            settings.put("dfs.replication", "1");
        }
        return settings;
    }

    HadoopStore store() {
        Configuration configuration = HadoopStore.bounded(new Configuration());
        settings().forEach(configuration::set);
        return new HadoopStore(configuration);
    }

    @Override
    public void close() {
        if (owned) {
            embedded.close();
        }
    }
}
