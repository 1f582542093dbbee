package org.weft.clusters;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/**
 * Hadoop's configuration as files, in the way an administrator writes them. The maps are changed until a cluster starts.
 *
 * @param core core-site.xml
 * @param hdfs hdfs-site.xml
 * @param yarn yarn-site.xml
 * @param scheduler capacity-scheduler.xml
 * @param resources resource-types.xml
 */
record SiteFiles(
        Map<String, String> core,
        Map<String, String> hdfs,
        Map<String, String> yarn,
        Map<String, String> scheduler,
        Map<String, String> resources) {

    static SiteFiles empty() {
        return new SiteFiles(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    /** The same, of its own: a daemon's differs from the clients' in a few lines. */
    SiteFiles copy() {
        return new SiteFiles(
                new TreeMap<>(core),
                new TreeMap<>(hdfs),
                new TreeMap<>(yarn),
                new TreeMap<>(scheduler),
                new TreeMap<>(resources));
    }

    /** Writes all of it into a folder, which is then a HADOOP_CONF_DIR. */
    Path write(Path folder) {
        try {
            Files.createDirectories(folder);
            write(folder.resolve("core-site.xml"), core);
            write(folder.resolve("hdfs-site.xml"), hdfs);
            write(folder.resolve("yarn-site.xml"), yarn);
            write(folder.resolve("capacity-scheduler.xml"), scheduler);
            write(folder.resolve("resource-types.xml"), resources);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, Map<String, String> settings) throws IOException {
        Configuration site = new Configuration(false);
        settings.forEach(site::set);
        try (OutputStream out = Files.newOutputStream(file)) {
            site.writeXml(out);
        }
    }

    /** What a client reads in such a folder. */
    static Configuration read(Path folder) {
        Configuration site = new Configuration();
        for (String file : new String[] {"core-site.xml", "hdfs-site.xml", "yarn-site.xml", "resource-types.xml"}) {
            site.addResource(new org.apache.hadoop.fs.Path(folder.resolve(file).toUri()));
        }
        return site;
    }
}
