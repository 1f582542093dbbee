package org.weft.parameterserver.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Retries;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.parameterserver.ServerFixture;

/** A shard's saves where the storage or the memory fails. */
@Timeout(60)
class ShardCheckpointerTest {
    private static final ParameterLayout LAYOUT = ServerFixture.layout();
    private static final Retries RETRIES = new Retries(2, Duration.ofMillis(1));

    @TempDir
    Path directory;

    private final AtomicInteger failures = new AtomicInteger();
    private final Store store = HadoopStore.local();
    private final ParameterShard shard = shard();

    @Test
    void aWriteThatFailsIsTriedAgain() throws Exception {
        failures.set(2);
        try (ShardCheckpointer checkpointer = checkpointer()) {
            SavedRange file = checkpointer.save(1, 0).get(20, TimeUnit.SECONDS);
            assertThat(reader(file).verify()).isEmpty();
        }
        assertThat(failures).hasValue(0);
        assertThat(files()).containsExactlyInAnyOrder(name(), "." + name() + ".crc");
    }

    @Test
    void aWriteThatGoesOnFailingIsReported() {
        failures.set(3);
        try (ShardCheckpointer checkpointer = checkpointer()) {
            assertThatThrownBy(() -> checkpointer.save(1, 0).get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("disk full");
        }
    }

    /** Training does not wait for storage for long: there is one copy, and it is in use. */
    @Test
    void aSaveWhileAnotherIsBeingWrittenForLongFails() throws Exception {
        failures.set(2);
        Retries slow = new Retries(2, Duration.ofSeconds(3));
        ShardCheckpointer.Destination destination = new ShardCheckpointer.Destination(
                RunDirectory.of(directory.toUri().toString()), 7, 8);
        try (ShardCheckpointer checkpointer = new ShardCheckpointer(shard, failing(), destination, slow)) {
            CompletableFuture<SavedRange> first = checkpointer.save(1, 0);
            assertThatThrownBy(() -> checkpointer.save(1, 0).get())
                    .hasRootCauseMessage("an earlier checkpoint is still being written");
            first.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void damagedMemoryIsNotSavedAndNamed() throws Exception {
        shard.bytes(new BucketKey(1, 0, 1)).put(4321, (byte) 0x55);
        try (ShardCheckpointer checkpointer = checkpointer()) {
            assertThatThrownBy(() -> checkpointer.save(1, 0))
                    .isInstanceOfSatisfying(WeftException.class, e -> assertThat(e.status())
                            .as("another attempt of the task is to be made")
                            .isEqualTo(ExitStatus.FAILED))
                    .hasMessageMatching("server 7's memory is damaged: bucket=1 generation=1 step=0"
                            + " crc32c=[0-9a-f]{8} published=[0-9a-f]{8}");
        }
        assertThat(Files.exists(directory.resolve("checkpoints/step-00000000"))).isFalse();
    }

    @Test
    void whatIsNotPublishedYetHasNothingToCompareWith() throws Exception {
        ParameterShard unpublished = new ParameterShard(
                LAYOUT, new BucketRange(0, 3), ServerFixture.config("/x", 1).training());
        unpublished.beginLoad(1, 0);
        unpublished.initialize(7);
        try (ShardCheckpointer checkpointer = new ShardCheckpointer(
                unpublished,
                store,
                new ShardCheckpointer.Destination(
                        RunDirectory.of(directory.toUri().toString()), 7, 8),
                RETRIES)) {
            assertThat(reader(checkpointer.save(1, 0).get(20, TimeUnit.SECONDS)).verify())
                    .isEmpty();
        }
    }

    @Test
    void aFileWithOneByteFlippedIsNotLoaded() throws Exception {
        SavedRange saved;
        try (ShardCheckpointer checkpointer = checkpointer()) {
            saved = checkpointer.save(1, 0).get(20, TimeUnit.SECONDS);
        }
        Path file = directory.resolve("checkpoints/step-00000000").resolve(saved.file());
        Files.delete(file.resolveSibling("." + saved.file() + ".crc"));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 5] ^= 16;
        Files.write(file, bytes);
        // A shard of another cut, which needs the first bucket only, reads the same file.
        ParameterShard other = new ParameterShard(
                LAYOUT, new BucketRange(0, 1), ServerFixture.config("/x", 1).training());
        other.beginLoad(2, 0);
        assertThatThrownBy(() -> other.load(reader(saved)))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessageStartingWith("checkpoint damaged: ")
                .hasMessageContaining(saved.file() + ": sha256=");
    }

    private ParameterShard shard() {
        ParameterShard created = new ParameterShard(
                LAYOUT, new BucketRange(0, 3), ServerFixture.config("/x", 1).training());
        created.beginLoad(1, 0);
        created.initialize(7);
        created.publishAll();
        return created;
    }

    private ShardCheckpointer checkpointer() {
        return new ShardCheckpointer(
                shard,
                failing(),
                new ShardCheckpointer.Destination(
                        RunDirectory.of(directory.toUri().toString()), 7, 8),
                RETRIES);
    }

    /** The store, whose files cannot be made as often as {@link #failures} says. */
    private Store failing() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("create") && failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                        throw new IOException("disk full");
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private CheckpointReader reader(SavedRange saved) {
        CheckpointManifest.Shard file = new CheckpointManifest.Shard(
                saved.file(), saved.offset(), saved.length(), saved.bytes(), saved.sha256());
        CheckpointManifest manifest = new CheckpointManifest(
                2,
                "",
                0,
                0,
                0,
                1,
                "",
                LAYOUT.size(),
                0,
                "",
                0,
                null,
                List.of(file),
                List.of(),
                Map.of(),
                "",
                null,
                null);
        return new CheckpointReader(store, directory.toUri() + "/checkpoints/step-00000000", manifest);
    }

    private static String name() {
        return "shard-00007-of-00008-g0001.safetensors";
    }

    private List<String> files() throws IOException {
        try (Stream<Path> found = Files.list(directory.resolve("checkpoints/step-00000000"))) {
            return found.map(path -> path.getFileName().toString()).toList();
        }
    }
}
