package org.weft.driver.run;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Amount;
import org.weft.core.Threads;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.ShutdownTask;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.VerifiedCheckpoints;
import org.weft.driver.lease.DriverPlace;
import org.weft.driver.lease.RunLease;
import org.weft.driver.lease.StandbyLease;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.ExecutorEnvironment;
import org.weft.driver.spark.LongStage;
import org.weft.driver.spark.Slots;
import org.weft.driver.spark.SparkApplication;

/**
 * A driver that waits for another's end, and has done before then what would take time afterwards: what is trained is read and
 * checked, executors have loaded what computes it, the newest checkpoint was read and compared with its manifest. Whatever of
 * this cannot be done beforehand is done afterwards, as by any driver. {@link #await} is for one thread; the rest is done on
 * another.
 */
final class Standby {
    private static final Logger LOG = LoggerFactory.getLogger(Standby.class);
    private static final long TICK_MILLIS = 1_000;
    private static final long AFTER_FAILURE_MILLIS = 30_000;

    private final SparkApplication application;
    private final WeftConfig config;
    private final Progress progress;
    private final Subject.Preparation preparation;
    private final VerifiedCheckpoints verified;
    private final CountDownLatch leaving = new CountDownLatch(1);
    private volatile LongStage warming;

    private Subject subject;
    private final Set<String> warm = new HashSet<>();
    private String newest = "";
    private boolean ready;
    private String trouble = "";

    /**
     * @param preparation of what is trained, which keeps what it has found
     * @param verified where checkpoints go that were read
     */
    Standby(
            SparkApplication application,
            WeftConfig config,
            Progress progress,
            Subject.Preparation preparation,
            VerifiedCheckpoints verified) {
        this.application = application;
        this.config = config;
        this.progress = progress;
        this.preparation = preparation;
        this.verified = verified;
    }

    /**
     * Waits until the run is this driver's, or over.
     *
     * @return null where it is over
     */
    RunLease await() throws IOException {
        String id = application.context().sc().applicationId();
        progress.say("standby of " + config.run().dir() + ", application " + id);
        ExecutorService chores = Threads.MACHINE.single("weft-standby");
        chores.execute(this::getReady);
        RunLease taken = null;
        DriverPlace here = DriverPlace.here(id);
        try (StandbyLease lease = new StandbyLease(application.store(), config, here, progress::say, Threads.MACHINE);
                ShutdownTask told = ShutdownTask.register(lease::close)) {
            taken = lease.await();
            return taken;
        } finally {
            end(chores, taken != null);
        }
    }

    /**
     * @param goesOn whether what is under way is needed: else it is dropped
     */
    private void end(ExecutorService chores, boolean goesOn) {
        leaving.countDown();
        LongStage stage = warming;
        if (stage != null) {
            stage.cancel();
        }
        if (!goesOn) {
            chores.shutdownNow();
            return;
        }
        chores.shutdown();
        try {
            if (!chores.awaitTermination(config.cluster().startTimeoutSeconds(), TimeUnit.SECONDS)) {
                chores.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void getReady() {
        long pause = 0;
        while (!left(pause)) {
            try {
                check();
                pause = TICK_MILLIS;
            } catch (IOException | RuntimeException e) {
                sayOnce("this standby is not ready, which is tried again: " + e.getMessage());
                pause = AFTER_FAILURE_MILLIS;
            }
        }
    }

    private boolean left(long millis) {
        try {
            return leaving.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void sayOnce(String text) {
        if (!text.equals(trouble)) {
            trouble = text;
            progress.say(text);
        }
    }

    private void check() throws IOException {
        verifyNewest();
        Slots slots = Slots.of(application.context());
        if (slots.slots() < config.cluster().workers() + config.serverTasks()) {
            return; // Where the cluster has no room for both, it gives executors when the driver's have gone.
        }
        if (subject == null) {
            subject = preparation.prepare();
        }
        Set<String> executors = Slots.executorIds(application.context());
        if (!warm.containsAll(executors)) {
            warm(slots);
            warm.addAll(executors);
        }
        if (!ready && leaving.getCount() > 0) {
            ready = true;
            progress.say("this standby is ready: it holds " + Amount.of(slots.executors(), "executor") + " and "
                    + (newest.isEmpty() ? "no checkpoint is there yet" : "has read " + newest));
        }
    }

    /** Checkpoints come and go meanwhile; one that does not verify is told of by whoever is to go on from it. */
    private void verifyNewest() throws IOException {
        CheckpointResolver resolver = new CheckpointResolver(
                application.store(), notice -> LOG.debug("a standby looks at checkpoints: {}", notice), verified);
        String name = resolver.newestName(config.run().directory());
        if (name != null && !name.equals(newest)) {
            Checkpoint checkpoint = resolver.latest(config.run().directory());
            newest = name;
            LOG.debug("verified {}", checkpoint.directory());
        }
    }

    private void warm(Slots slots) {
        int gpus = slots.gpusPerWorker(config.cluster());
        int tasks = gpus > 0 ? config.cluster().workers() : slots.slots();
        WarmTask task = new WarmTask(config, subject.workload(), new TreeMap<>(ExecutorEnvironment.kernels()));
        LongStage stage = LongStage.start(application.context(), "weft-standby", tasks, gpus, task);
        warming = stage;
        if (leaving.getCount() == 0) {
            stage.cancel();
        }
        try {
            stage.done().get();
        } catch (ExecutionException e) {
            LOG.warn("executors could not load what they will compute with: {}", String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            stage.cancel();
            Thread.currentThread().interrupt();
        } finally {
            warming = null;
        }
    }
}
