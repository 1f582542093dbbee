package org.weft.driver.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.checkpoint.Safetensors;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Retries;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/** Commits, retains and finds checkpoints of a model of ten parameters. */
class CheckpointResolverTest {
    private static final ParameterLayout LAYOUT = layout(10);

    @TempDir
    Path directory;

    private Store store = HadoopStore.local();
    private final List<String> notices = new ArrayList<>();
    private final CheckpointResolver resolver = new CheckpointResolver(store, notices::add);
    private String runDir;
    private RunDirectory run;
    private String checkpoints;

    @BeforeEach
    void name() {
        runDir = directory.toUri().toString().replaceFirst("/$", "");
        run = RunDirectory.of(runDir);
        checkpoints = runDir + "/checkpoints";
    }

    @Test
    void aCommitSaysWhatWasTrainedAndHashesTheParameters() throws IOException {
        Checkpoint checkpoint = commit(3, 200, 9);
        CheckpointManifest manifest = checkpoint.manifest();
        assertThat(checkpoint.directory()).isEqualTo(checkpoints + "/step-00000200");
        assertThat(manifest.step()).isEqualTo(200);
        assertThat(manifest.generation()).isEqualTo(3);
        assertThat(manifest.tokensSeen()).isEqualTo(200L * 32 * 256);
        assertThat(manifest.parameters()).isEqualTo(10);
        assertThat(manifest.vocabSize()).isEqualTo(8192);
        assertThat(manifest.tokenizerSha256()).isEqualTo("tok");
        assertThat(manifest.shards())
                .extracting(CheckpointManifest.Shard::offset)
                .containsExactly(0L, 0L, 4L);
        assertThat(manifest.paramsSha256())
                .isEqualTo(HexFormat.of().formatHex(Sha256.digest().digest(new byte[40])));
        assertThat(CheckpointManifest.load(store, checkpoint.directory()).toJson())
                .isEqualTo(manifest.toJson());
        assertThat(ReplicaLoader.configOf(checkpoint)).isEqualTo(config(9));
    }

    @Test
    void aCommitOfFilesThatAreNotThereCommitsNothing() throws IOException {
        SavedRange absent = new SavedRange("absent", 0, 10, 1, "sha", 0);
        assertThatThrownBy(() -> committer(9).commit(1, 5, 0, List.of(absent))).isInstanceOf(IOException.class);
        assertThat(resolver.latest(run)).isNull();
    }

    @Test
    void theNewestThatVerifiesIsTaken() throws IOException {
        for (int step : new int[] {100, 200, 300, 400}) {
            commit(step / 100, step, 9);
        }
        flip(300);
        Files.delete(file(400));
        Checkpoint latest = resolver.latest(run);
        assertThat(latest.manifest().step()).isEqualTo(200);
        assertThat(notices).hasSize(2);
        assertThat(notices.get(0)).startsWith("passed over ").contains("step-00000400 does not verify: a is missing");
        assertThat(notices.get(1)).contains("step-00000300 does not verify: a cannot be read: Checksum error");
        assertThat(resolver.newestName(run)).isEqualTo("step-00000400");
        assertThat(resolver.highestGeneration(run)).isEqualTo(4);
    }

    /** A standby reads checkpoints as they appear; when it is to go on from one, it has. */
    @Test
    void whatWasReadOnceIsNotReadAgainUnlessItChanged() throws IOException {
        commit(1, 100, 9);
        AtomicInteger opened = new AtomicInteger();
        Store counting = (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    opened.addAndGet(method.getName().equals("open") ? 1 : 0);
                    return method.invoke(store, arguments);
                });
        VerifiedCheckpoints verified = new VerifiedCheckpoints();
        new CheckpointResolver(counting, notices::add, verified).latest(run);
        int whole = opened.getAndSet(0);
        CheckpointResolver later = new CheckpointResolver(counting, notices::add, verified);
        assertThat(later.latest(run).manifest().step()).isEqualTo(100);
        assertThat(opened.get()).as("files").isLessThan(whole).isZero();
        commit(2, 200, 9);
        assertThat(later.latest(run).manifest().step()).isEqualTo(200);
        Files.write(file(200), new byte[] {1});
        assertThat(later.latest(run).manifest().step())
                .as("shorter than it was")
                .isEqualTo(100);
    }

    @Test
    void aDamagedManifestIsPassedOverToo() throws IOException {
        commit(1, 100, 9);
        commit(2, 200, 9);
        commit(3, 300, 9);
        Path manifest = file(300).resolveSibling("manifest.json");
        Files.delete(manifest.resolveSibling(".manifest.json.crc"));
        Files.writeString(manifest, "{\"format_version\":1");
        Path other = file(200).resolveSibling("manifest.json");
        Files.writeString(other, Files.readString(other).replace("\"step\"", "\"stop\""));
        assertThat(resolver.latest(run).manifest().step()).isEqualTo(100);
        assertThat(notices).hasSize(2).allMatch(notice -> notice.contains("damaged"));
        assertThat(resolver.newestManifest(run).step()).isEqualTo(100);
        assertThat(resolver.highestGeneration(run)).isEqualTo(1);
    }

    @Test
    void whatHasNoManifestIsNoCheckpoint() throws IOException {
        commit(1, 100, 9);
        write(200, "a", 0, 4);
        Files.createDirectories(directory.resolve("checkpoints/other"));
        assertThat(resolver.latest(run).manifest().step()).isEqualTo(100);
        assertThat(notices).isEmpty();
        assertThat(resolver.latest(RunDirectory.of(runDir + "/nowhere"))).isNull();
        assertThat(resolver.newestName(RunDirectory.of(runDir + "/nowhere"))).isNull();
        assertThat(resolver.newestManifest(RunDirectory.of(runDir + "/nowhere")))
                .isNull();
        assertThat(resolver.highestGeneration(RunDirectory.of(runDir + "/nowhere")))
                .isZero();
    }

    @Test
    void noneThatVerifiesIsAnError() throws IOException {
        commit(1, 100, 9);
        flip(100);
        assertThatThrownBy(() -> resolver.latest(run))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessage("none of the 1 checkpoints in " + checkpoints + " verifies");
    }

    @Test
    void aNamedStepIsTakenOrNamedMissing() throws IOException {
        commit(1, 100, 9);
        commit(1, 200, 9);
        assertThat(resolver.step(run, 100).manifest().step()).isEqualTo(100);
        assertThatThrownBy(() -> resolver.step(run, 150))
                .isInstanceOfSatisfying(WeftException.class, e -> assertThat(e.hint())
                        .isEqualTo("there are: [step-00000100, step-00000200]"))
                .hasMessage("there is no checkpoint of step 150 in " + checkpoints);
        flip(100);
        assertThatThrownBy(() -> resolver.step(run, 100)).hasMessageContaining("step-00000100 does not verify");
    }

    @Test
    void aPathIsACheckpointOrARun() throws IOException {
        commit(1, 100, 9);
        commit(1, 200, 9);
        assertThat(resolver.at(runDir).manifest().step()).isEqualTo(200);
        assertThat(resolver.at(checkpoints + "/step-00000100").manifest().step())
                .isEqualTo(100);
        assertThatThrownBy(() -> resolver.at(runDir + "/nowhere"))
                .hasMessage("there is no checkpoint at " + runDir + "/nowhere");
    }

    @Test
    void onlyTheNewestAreKept() throws IOException {
        CheckpointCommitter committer = committer(2);
        for (int step : new int[] {100, 200, 300, 400}) {
            committer.commit(1, step, 0, files(step));
        }
        assertThat(directories()).containsExactly("step-00000300", "step-00000400");
    }

    /** Only what this process committed or verified is counted: the others may be damaged. */
    @Test
    void unverifiedCheckpointsDriveNoGoodOneOut() throws IOException {
        for (int step : new int[] {100, 200, 300}) {
            commit(1, step, 9);
        }
        flip(300);
        CheckpointCommitter resumed = committer(2, checkpoints + "/step-00000200", () -> {});
        resumed.commit(2, 400, 0, files(400));
        assertThat(directories()).containsExactly("step-00000200", "step-00000300", "step-00000400");
        resumed.commit(2, 500, 0, files(500));
        assertThat(directories()).containsExactly("step-00000400", "step-00000500");
        commit(3, 600, 2);
        assertThat(directories()).containsExactly("step-00000400", "step-00000500", "step-00000600");
    }

    @Test
    void aDriverThatLostItsLeaseCommitsNothing() throws IOException {
        commit(1, 100, 9);
        CheckpointCommitter zombie = committer(1, "", () -> {
            throw WeftException.failed("another driver took this run over", "");
        });
        assertThatThrownBy(() -> zombie.commit(1, 200, 0, files(200))).hasMessage("another driver took this run over");
        assertThat(resolver.latest(run).manifest().step()).isEqualTo(100);
        assertThat(directory.resolve("checkpoints/step-00000200"))
                .isDirectoryNotContaining(path -> path.getFileName().toString().contains("manifest"));
    }

    @Test
    void whatIsBeyondTheStartIsMovedAside() throws IOException {
        commit(1, 100, 9);
        commit(1, 200, 9);
        resolver.setAsideAfter(run, 100, 7);
        assertThat(directories()).containsExactly("step-00000100", "step-00000200.set-aside-g7");
        assertThat(notices).singleElement().asString().contains("step-00000200 was moved to ");
        assertThat(resolver.highestGeneration(run)).isEqualTo(7);
        CheckpointCommitter one = committer(1);
        one.commit(7, 300, 0, files(300));
        one.commit(7, 400, 0, files(400));
        assertThat(directories()).containsExactly("step-00000200.set-aside-g7", "step-00000300", "step-00000400");
    }

    /** As on an object store: a mark, which the next commit of that step outranks by its generation. */
    @Test
    void whatIsBeyondTheStartIsMarkedWhereNothingRenames() throws IOException {
        Configuration configuration = new Configuration();
        configuration.set(HadoopStore.COMMIT, "direct");
        Store direct = new HadoopStore(configuration);
        CheckpointResolver marking = new CheckpointResolver(direct, notices::add);
        commit(1, 100, 9);
        commit(2, 200, 9);
        marking.setAsideAfter(run, 100, 3);
        assertThat(directories()).containsExactly("step-00000100", "step-00000200");
        assertThat(notices).singleElement().asString().endsWith("/step-00000200/set-aside-g0003.json");
        assertThat(marking.latest(run).manifest().step()).isEqualTo(100);
        assertThat(marking.highestGeneration(run)).isEqualTo(3);
        assertThatThrownBy(() -> marking.step(run, 200)).hasMessageContaining("there is no checkpoint of step");
        commit(3, 150, 9);
        assertThat(directories()).as("what was set aside is kept").contains("step-00000200");
        commit(3, 200, 9);
        assertThat(marking.latest(run).manifest().generation()).isEqualTo(3);
        marking.setAsideAfter(run, 150, 4);
        assertThat(marking.latest(run).manifest().step()).isEqualTo(150);
    }

    @Test
    void generationsAreFoundWhereverTheyLeftATrace() throws IOException {
        write(50, "shard-00000-of-00001-g0012.safetensors", 0, 4);
        assertThat(resolver.highestGeneration(run)).isEqualTo(12);
        commit(14, 100, 9);
        Files.writeString(file(100).resolveSibling("manifest.json"), "{");
        write(100, ".shard-00000-of-00001-g0015.safetensors.1f.tmp", 0, 4);
        assertThat(resolver.highestGeneration(run)).isEqualTo(15);
    }

    @Test
    void theOneJustCommittedStaysThoughNewerStepsExist() throws IOException {
        commit(1, 300, 9);
        commit(1, 400, 9);
        commit(2, 50, 9);
        CheckpointCommitter one = committer(1);
        one.commit(2, 100, 0, files(100));
        one.commit(2, 200, 0, files(200));
        assertThat(directories())
                .as("the one before may be being loaded")
                .containsExactly("step-00000100", "step-00000200", "step-00000300", "step-00000400");
    }

    @Test
    void whatFailedSavesLeftGoesWithTheNextCommit() throws IOException {
        write(50, "a", 0, 4);
        write(300, "a", 0, 4);
        commit(1, 100, 1);
        assertThat(directories())
                .as("a later one may be being written")
                .containsExactly("step-00000100", "step-00000300");
        write(150, "a", 0, 4);
        commit(1, 200, 1);
        assertThat(directories()).containsExactly("step-00000100", "step-00000200", "step-00000300");
    }

    @Test
    void aCheckpointOfAnotherModelIsNamed() throws IOException {
        Checkpoint checkpoint = commit(1, 100, 9);
        assertThatCode(() -> CheckpointResolver.requireLayout(checkpoint, LAYOUT))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> CheckpointResolver.requireLayout(checkpoint, layout(12)))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessageStartingWith(
                        checkpoint.directory() + " is of another model: parameters=10 vocabulary=8192 model={")
                .hasMessageEndingWith("configured parameters=12");
    }

    @Test
    void aCheckpointWhoseOptimizerStateIsDamagedIsNotCommittedAndDrivesNoneOut() throws IOException {
        CheckpointCommitter committer = committer(2);
        committer.commit(1, 10, 0, files(10));
        committer.commit(1, 20, 0, files(20));
        List<SavedRange> files = files(30);
        flip(30); // the last byte of a file: of the second moments
        assertThatThrownBy(() -> committer.commit(1, 30, 0, files))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("checkpoint damaged: " + checkpoints + "/step-00000030/a: ");
        assertThat(new CheckpointResolver(store, notice -> {}).committedSteps(RunDirectory.of(runDir)))
                .containsExactly(10, 20);
    }

    @Test
    void aSecondCommitThatIsNotAllowedLeavesTheFirstWhereFilesAreWrittenInTheirPlace() throws IOException {
        Configuration direct = new Configuration();
        direct.set(HadoopStore.COMMIT, "direct");
        store = new HadoopStore(direct);
        commit(1, 10, 3);
        assertThatThrownBy(() -> committer(3, "", () -> {
                            throw WeftException.failed("the lease is another driver's", "");
                        })
                        .commit(2, 10, 0, files(10)))
                .hasMessage("the lease is another driver's");
        Checkpoint again = commit(3, 10, 3);
        assertThat(again.manifest().generation()).as("the same parameters").isEqualTo(1);
        assertThat(new CheckpointResolver(store, notice -> {})
                        .step(RunDirectory.of(runDir), 10)
                        .manifest())
                .isEqualTo(again.manifest());
    }

    private Checkpoint commit(int generation, int step, int keep) throws IOException {
        return committer(keep).commit(generation, step, 0, files(step));
    }

    private List<SavedRange> files(int step) throws IOException {
        return List.of(write(step, "b", 4, 6), write(step, "a", 0, 4), write(step, "none", 0, 0));
    }

    private CheckpointCommitter committer(int keep) {
        return committer(keep, "", () -> {});
    }

    private CheckpointCommitter committer(int keep, String verified, CheckpointManifest.Guard guard) {
        Vocabulary vocabulary = new Vocabulary(8192, "tok");
        Retries retries = new Retries(1, Duration.ofMillis(1));
        return new CheckpointCommitter(
                store,
                new RunIdentity(config(keep), LAYOUT, vocabulary),
                new CheckpointCommitter.Rules(guard, verified, retries, new BestStep("loss", 0), 32 * 256));
    }

    private WeftConfig config(int keep) {
        return ConfigLoader.load("test", "run: {dir: '" + runDir + "'}", List.of("checkpoint.keep=" + keep));
    }

    private SavedRange write(int step, String name, long offset, int length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Safetensors.ofVectors(Map.of(), CheckpointReader.VECTORS, length).writeHeader(bytes);
        bytes.write(ByteBuffer.allocate(3 * length * Float.BYTES).array());
        String path = checkpoints + "/" + RunDirectory.stepName(step) + "/" + name;
        try (AtomicOutput out = store.create(path)) {
            out.write(bytes.toByteArray());
            out.commit();
        }
        String sha256 = HexFormat.of().formatHex(Sha256.digest().digest(bytes.toByteArray()));
        return new SavedRange(name, offset, length, bytes.size(), sha256, 0);
    }

    private void flip(int step) throws IOException {
        byte[] bytes = Files.readAllBytes(file(step));
        bytes[bytes.length - 1] ^= 1;
        Files.write(file(step), bytes);
    }

    private Path file(int step) {
        return directory
                .resolve("checkpoints")
                .resolve(RunDirectory.stepName(step))
                .resolve("a");
    }

    private List<String> directories() throws IOException {
        try (Stream<Path> found = Files.list(directory.resolve("checkpoints"))) {
            return found.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static ParameterLayout layout(int size) {
        return ParameterLayout.builder()
                .add("w", List.of(size), true, Initializer.ZEROS)
                .build();
    }
}
