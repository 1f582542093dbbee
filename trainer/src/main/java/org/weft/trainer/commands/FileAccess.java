package org.weft.trainer.commands;

import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.weft.core.storage.HadoopStore;
import org.weft.driver.local.EmbeddedHdfs;

/** Hadoop settings of this command, and the embedded HDFS that may stand behind them. */
final class FileAccess implements AutoCloseable {
    private final EmbeddedHdfs embedded;

    FileAccess(EmbeddedHdfs embedded) {
        this.embedded = embedded;
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
        if (embedded != null) {
            embedded.close();
        }
    }
}
