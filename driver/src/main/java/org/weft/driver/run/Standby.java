package org.weft.driver.run;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Amount;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
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
    private final Supplier<Subject.Preparation> preparations;
    private final VerifiedCheckpoints verified;
    private final CountDownLatch leaving = new CountDownLatch(1);
    private volatile LongStage warming;
    private volatile String chore = "gets ready";
    private Subject.Preparation preparation;

    private Subject subject;
    private final Set<String> warm = new HashSet<>();
    private String newest = "";
    private Checkpoint checkpoint;
    /** Whether what is trained was compared with the run, as that checkpoint has it. */
    private boolean same;

    private boolean ready;
    private String trouble = "";

    /**
     * @param preparations of what is trained, each of which keeps what it has found
     * @param verified where checkpoints go that were read
     */
    Standby(
            SparkApplication application,
            WeftConfig config,
            Progress progress,
            Supplier<Subject.Preparation> preparations,
            VerifiedCheckpoints verified) {
        this.application = application;
        this.config = config;
        this.progress = progress;
        this.preparations = preparations;
        this.preparation = preparations.get();
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

    /** For whoever goes on with the run: with all that was found, once {@link #await} has returned. */
    Subject.Preparation preparation() {
        return preparation;
    }

    /**
     * @param goesOn whether what is under way is needed: else it is dropped
     */
    void end(ExecutorService chores, boolean goesOn) {
        leaving.countDown();
        cancelWarming();
        if (!goesOn) {
            chores.shutdownNow();
            return;
        }
        chores.shutdown();
        try {
            String told = "";
            int ticks = config.cluster().startTimeoutSeconds();
            for (int tick = 0; !chores.awaitTermination(TICK_MILLIS, TimeUnit.MILLISECONDS); tick++) {
                cancelWarming(); // Which may have begun only now.
                if (tick == ticks) {
                    progress.say("this driver goes on without what it was doing as a standby: it " + chore);
                    chores.shutdownNow();
                    preparation = preparations.get(); // The other is that thread's for as long as it likes.
                    return;
                }
                if (!told.equals(chore)) {
                    told = chore;
                    progress.say("waiting for what this driver was doing as a standby: it " + told);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void cancelWarming() {
        LongStage stage = warming;
        if (stage != null) {
            stage.cancel();
        }
    }

    private void getReady() {
        long pause = 0;
        while (!left(pause)) {
            pause = attempt();
        }
    }

    /** Does what there is to do; returns the milliseconds until it is to be looked for more. */
    long attempt() {
        try {
            check();
            return TICK_MILLIS;
        } catch (Exception | LinkageError e) { // Spark's are checked, though Scala declares none.
            if (leaving.getCount() > 0) {
                sayOnce("this standby is not ready, which is tried again: " + reason(e));
                LOG.debug("a standby is not ready", e);
            }
            return AFTER_FAILURE_MILLIS;
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

    private static String reason(Throwable e) {
        return e instanceof WeftException known && !known.hint().isEmpty()
                ? known.getMessage() + "; " + known.hint()
                : String.valueOf(e.getMessage());
    }

    private void check() throws IOException {
        chore = "reads the newest checkpoint";
        verifyNewest();
        Slots slots = Slots.of(application.context());
        if (slots.slots() < config.cluster().workers() + config.serverTasks()) {
            return; // Where the cluster has no room for both, it gives executors when the driver's have gone.
        }
        chore = "reads what is trained";
        if (subject == null) {
            subject = preparation.prepare();
        }
        if (!same) { // Asked anew with each checkpoint, and once more by whoever takes over.
            if (checkpoint != null) {
                subject.identity().require(checkpoint);
            }
            new SameRun(application.store()).require(subject);
            same = true;
        }
        chore = "has executors load what they will compute with";
        Set<String> executors = Slots.executorIds(application.context());
        if (!warm.containsAll(executors)) {
            warm(slots);
            warm.addAll(executors);
        }
        if (!ready && leaving.getCount() > 0) {
            ready = true;
            progress.say("this standby is ready: it holds " + Amount.of(slots.executors(), "executor") + " and "
                    + (checkpoint == null ? "no checkpoint is there yet" : "has read " + checkpoint.directory()));
        }
    }

    /** Checkpoints come and go meanwhile; one that does not verify is told of by whoever is to go on from it. */
    private void verifyNewest() throws IOException {
        RunDirectory directory = config.run().directory();
        CheckpointResolver resolver = new CheckpointResolver(
                application.store(), notice -> LOG.debug("a standby looks at checkpoints: {}", notice), verified);
        String name = resolver.newestName(directory);
        if (name == null || name.equals(newest)) {
            return;
        }
        Checkpoint found = null;
        try {
            found = resolver.latest(directory);
        } catch (IOException | WeftException e) {
            if (name.equals(resolver.newestName(directory))) {
                throw e;
            }
            LOG.debug("{} went while it was read", name, e);
        }
        if (found != null) {
            checkpoint = found;
            same = false;
            LOG.debug("verified {}", found.directory());
            boolean whole = found.directory().endsWith("/" + name);
            newest = whole || name.equals(resolver.newestName(directory)) ? name : ""; // Else another is there by now.
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
