package org.weft.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.yarn.api.records.NodeState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.trainer.Await;

/** The cluster that other tests stand on: it serves, a node that dies is missed, and nothing of it is left behind. */
class HadoopClusterIT {
    @TempDir
    Path folder;

    @Test
    void servesAndLeavesNothingBehind() throws Exception {
        List<Long> daemons;
        try (HadoopCluster cluster = HadoopCluster.in(folder).start(2);
                FileSystem files = FileSystem.newInstance(cluster.configuration());
                YarnClient yarn = YarnClient.createYarnClient()) {
            org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path("/a/file");
            try (FSDataOutputStream out = files.create(file)) {
                out.writeLong(7);
            }
            assertThat(files.getFileStatus(file).getLen()).isEqualTo(Long.BYTES);
            assertThat(files.getUri().getScheme()).isEqualTo("hdfs");

            yarn.init(cluster.configuration());
            yarn.start();
            assertThat(running(yarn)).isEqualTo(2);
            RunningProcess lost = cluster.daemon("nodemanager-1");
            lost.signal("KILL");
            Await.until("one node is left", Duration.ofSeconds(90), () -> running(yarn) == 1);
            assertThat(lost.isAlive()).isFalse();
            daemons = List.of(
                    cluster.daemon("namenode").pid(),
                    cluster.daemon("resourcemanager").pid());
        }
        assertThat(daemons).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    }

    private static int running(YarnClient yarn) {
        try {
            return yarn.getNodeReports(NodeState.RUNNING).size();
        } catch (YarnException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
