package org.weft.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.crypto.key.KeyProvider;
import org.apache.hadoop.crypto.key.KeyProviderFactory;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.client.CreateEncryptionZoneFlag;
import org.apache.hadoop.hdfs.client.HdfsAdmin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.trainer.CommandRun;
import org.weft.trainer.RunFolder;

/**
 * A run whose directory is in an encryption zone of HDFS: keys come from a provider, a Java key store here, and what lies on the
 * DataNode's disk are other bytes than corpus and checkpoints have.
 */
class EncryptionZoneIT {
    private static final org.apache.hadoop.fs.Path ZONE = new org.apache.hadoop.fs.Path("/secret");
    private static final String CONSTANT =
            "training.schedule=constant"; // so that steps do not depend on how many there will be
    private static final int PIECE = 64;

    @TempDir
    Path folder;

    @Test
    void corpusAndCheckpointsLieEncryptedAndTheBitsAreTheSame() throws Exception {
        RunFolder open =
                RunFolder.create(folder.resolve("open"), RunFolder.SMALL).prepared();
        String expected = open.pretrain(CONSTANT).done().paramsSha256();
        MiniDFSCluster cluster = start();
        try (FileSystem files = cluster.getFileSystem()) {
            createZone(files);
            String run = "run.dir=" + cluster.getURI() + ZONE + "/run";
            open.command("prepare", run).done();
            open.pretrain(CONSTANT, run, "training.steps=4").done();
            CommandRun resumed = open.pretrain(CONSTANT, run, "--resume").done();
            assertThat(resumed.paramsSha256()).isEqualTo(expected);
            List<byte[]> blocks = blocks(folder.resolve("hdfs/data"));
            List<String> names = new ArrayList<>();
            RemoteIterator<LocatedFileStatus> all = files.listFiles(ZONE, true);
            while (all.hasNext()) {
                FileStatus file = all.next();
                if (file.getLen() >= PIECE) {
                    names.add(file.getPath().getName());
                    byte[] piece = end(files, file);
                    assertThat(blocks).as("%s on the disk", file.getPath()).noneMatch(block -> contains(block, piece));
                }
            }
            assertThat(names)
                    .contains("manifest.json", "config.yaml", "metrics.jsonl")
                    .anyMatch(name -> name.endsWith(".safetensors"));
        } finally {
            cluster.shutdown();
        }
    }

    private MiniDFSCluster start() throws IOException {
        Configuration configuration = new Configuration();
        configuration.set(
                MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
        configuration.set("hadoop.security.key.provider.path", "jceks://file" + folder.resolve("keys.jceks"));
        configuration.setInt("dfs.replication", 1);
        createKey(configuration); // before the NameNode reads the store
        MiniDFSCluster cluster =
                new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
        cluster.waitActive();
        return cluster;
    }

    private static void createKey(Configuration configuration) throws IOException {
        KeyProvider keys = KeyProviderFactory.getProviders(configuration).get(0);
        try {
            keys.createKey("weft", new KeyProvider.Options(configuration).setBitLength(128));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
        keys.flush();
    }

    private static void createZone(FileSystem files) throws IOException {
        files.mkdirs(ZONE);
        new HdfsAdmin(files.getUri(), files.getConf())
                .createEncryptionZone(ZONE, "weft", EnumSet.of(CreateEncryptionZoneFlag.NO_TRASH));
    }

    /** What the DataNode has written, block by block. */
    private static List<byte[]> blocks(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(file -> file.getFileName().toString().matches("blk_\\d+"))
                    .map(EncryptionZoneIT::read)
                    .toList();
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] end(FileSystem files, FileStatus file) throws IOException {
        byte[] piece = new byte[PIECE];
        try (FSDataInputStream in = files.open(file.getPath())) {
            in.readFully(file.getLen() - PIECE, piece);
        }
        return piece;
    }

    private static boolean contains(byte[] all, byte[] piece) {
        return new String(all, StandardCharsets.ISO_8859_1).contains(new String(piece, StandardCharsets.ISO_8859_1));
    }
}
