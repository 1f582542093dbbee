package org.weft.bench.chaos.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.weft.bench.chaos.ChaosOptions;
import org.weft.bench.chaos.PlannedFault;
import org.weft.bench.chaos.PlannedRun;
import org.weft.bench.chaos.RunLog;
import org.weft.bench.chaos.Told;

/**
 * One training run while its faults are done to it, by one thread: starts the driver, does each fault at its moment and
 * ends it, starts the driver again where a fault or an error ended it, gives up a run that hangs.
 */
final class DisturbedRun implements Scene.DriverHandle, AutoCloseable {
    private static final long TICK_MILLIS = 50;
    /** A driver that is started after another was killed may be refused while the run still counts as held. */
    private static final long REFUSED_MILLIS = TimeUnit.MINUTES.toMillis(1);
    /** A run that ends badly is gone on with so often, for its other faults' sake. */
    private static final int RESUMES = 3;

    /** A fault of the plan and what became of it; {@code injection} is null where it was not done. */
    static final class Done {
        final PlannedFault planned;
        final Fault.Injection injection;
        final String lack;
        final long undoAtMillis;
        /** When it was over; changed by the run's thread alone. */
        long endMillis;

        boolean over;
        String trouble = "";

        Done(PlannedFault planned, Fault.Injection injection, String lack) {
            this.planned = planned;
            this.injection = injection;
            this.lack = lack;
            this.undoAtMillis = System.currentTimeMillis() + planned.kind().seconds() * 1000L;
            this.over = injection == null || planned.kind().seconds() == 0;
            this.endMillis = injection == null ? 0 : injection.atMillis();
        }
    }

    private final Training training;
    private final PlannedRun plan;
    private final int steps;
    private final String folder;
    private final Path logs;
    private final long patienceMillis;
    /** Null where nobody stands by. */
    private final Standbys standbys;

    private final RunLog log = new RunLog();
    private final Scene scene;
    private final List<Done> done = new ArrayList<>();
    private final Deque<PlannedFault> toCome;
    /** Set by the thread that ends the bench; from then on this one does nothing. */
    private volatile boolean closing;

    private volatile CommandProcess driver;
    private String application = "";
    private int drivers;
    private long startedMillis;
    private long killedMillis = -1;
    private int badEnds;
    private int exitStatus = -1;
    private String trouble = "";

    DisturbedRun(Training training, Cluster cluster, PlannedRun plan, int steps, Path logs, ChaosOptions options)
            throws IOException {
        this.training = training;
        this.plan = plan;
        this.steps = steps;
        this.folder = training.folder(logs.getFileName().toString());
        this.logs = Files.createDirectories(logs);
        this.patienceMillis = TimeUnit.SECONDS.toMillis(options.patienceSeconds);
        this.standbys = options.standby && plan.number() > 0 ? new Standbys(this::start, log) : null;
        this.scene = new Scene(cluster, log, this);
        this.toCome = new ArrayDeque<>(plan.faults());
    }

    /** Trains to the end, whatever end that is. */
    void run() throws IOException {
        startDriver(false);
        while (driver != null) {
            Shell.sleep(closing ? Long.MAX_VALUE : TICK_MILLIS);
            endFaults(false);
            keepStandby();
            if (!driver.isAlive()) {
                driverEnded();
            } else if (hangs()) {
                trouble = "hangs: no step for " + patienceMillis / 1000 + " s";
                note(trouble);
                Stacks.write(driver.pid(), scene.cluster().sparkDir(), logs);
                driver.close();
                driver = null;
            } else {
                nextFault();
            }
        }
        endFaults(true);
        if (standbys != null && exitStatus == 0) {
            trouble(standbys.end());
        }
        toCome.forEach(planned -> done.add(new Done(planned, null, "not done: the run was over")));
        training.remove(folder);
    }

    private void startDriver(boolean resume) throws IOException {
        application = "";
        log.driverStarts();
        driver = start(log, resume ? new String[] {"--resume"} : new String[0]);
        startedMillis = System.currentTimeMillis();
    }

    private CommandProcess start(Told told, String... options) throws IOException {
        drivers++;
        Path file = logs.resolve("driver-" + drivers + ".log");
        return training.start(training.pretrain(folder, steps, options), plan.shape(), told, file);
    }

    /** Starts one where there is none, once the driver trains: until then it is the newest application. */
    private void keepStandby() throws IOException {
        if (standbys == null || closing || !driver.isAlive() || log.lastStepMillis(0) <= startedMillis) {
            return;
        }
        if (application.isEmpty()) {
            application = Executor.of(scene.cluster().sparkDir(), "").stream()
                    .map(Executor::application)
                    .findFirst()
                    .orElse("");
        }
        trouble(standbys.keep());
    }

    private void trouble(String what) {
        if (!what.isEmpty()) {
            note(what);
            trouble += (trouble.isEmpty() ? "" : "; ") + what;
        }
    }

    private void driverEnded() throws IOException {
        exitStatus = driver.exitStatus();
        driver = null;
        long now = System.currentTimeMillis();
        boolean waitsForLease =
                killedMillis > 0 && log.lastStepMillis(0) <= killedMillis && now - killedMillis < REFUSED_MILLIS;
        if (exitStatus == 0) {
            return;
        }
        if (waitsForLease) {
            note("driver ended with " + exitStatus + " after the kill: " + log.lastLine());
            Shell.sleep(TimeUnit.SECONDS.toMillis(1));
            goOn();
        } else {
            badEnds++;
            String what = "driver ended with " + exitStatus + ": " + log.lastLine();
            trouble(what);
            if (!done.isEmpty()) {
                done.get(done.size() - 1).trouble = what;
            }
            if (badEnds <= RESUMES) {
                goOn();
            }
        }
    }

    private boolean hangs() {
        long last = Math.max(startedMillis, log.lastStepMillis(0));
        return System.currentTimeMillis() - last > patienceMillis;
    }

    private void nextFault() throws IOException {
        PlannedFault next = toCome.peek();
        if (next == null || log.steps().isEmpty() || !driver.isAlive()) {
            return;
        }
        double seconds = (System.currentTimeMillis() - log.steps().get(0).millis()) / 1000.0;
        if (!next.isDue(log.highestStep(), seconds) || (next.step() > 0 && !settled())) {
            return;
        }
        boolean ready = next.kind().hitsExecutor() ? !scene.victims().isEmpty() : driver.pid() > 0;
        if (!ready) {
            return; // While a driver or an executor starts, it waits.
        }
        toCome.remove();
        Fault fault = FaultInjection.of(next.kind());
        String lack = fault.lack(scene, next.kind());
        if (!lack.isEmpty()) {
            done.add(new Done(next, null, "not available: " + lack));
            return;
        }
        try {
            Fault.Injection injection = fault.inject(scene, next);
            note(next.kind() + " at " + next.moment() + ": " + injection.target());
            done.add(new Done(next, injection, ""));
        } catch (IOException e) {
            note(next.kind() + " could not be done: " + e.getMessage());
            done.add(new Done(next, null, "not done: " + e.getMessage()));
        }
    }

    /** Whether the faults so far are over and training goes on. */
    private boolean settled() {
        return done.stream()
                .allMatch(fault -> fault.over && (fault.injection == null || log.lastStepMillis(0) > fault.endMillis));
    }

    private void endFaults(boolean now) {
        for (Done fault : done) {
            if (!fault.over && (now || System.currentTimeMillis() >= fault.undoAtMillis)) {
                fault.over = true;
                try {
                    fault.injection.undo().run();
                    note(fault.planned.kind() + " is over");
                } catch (IOException e) {
                    note(fault.planned.kind() + " could not be ended: " + e.getMessage());
                }
                fault.endMillis = System.currentTimeMillis();
            }
        }
    }

    @Override
    public String kill() throws IOException {
        long pid = driver.pid();
        killedMillis = System.currentTimeMillis();
        Shell.signal("KILL", pid);
        for (int i = 0; i < 100 && driver.isAlive(); i++) {
            Shell.sleep(TICK_MILLIS);
        }
        driver = null;
        return "driver " + pid + goOn();
    }

    /** By a standby where one is there, otherwise by the same command with --resume; says which. */
    private String goOn() throws IOException {
        if (standbys == null || !standbys.isThere()) {
            startDriver(true);
            return "";
        }
        String how = ", " + standbys.standing();
        application = standbys.application();
        driver = standbys.succeed();
        startedMillis = System.currentTimeMillis();
        return how;
    }

    @Override
    public String application() {
        return application;
    }

    private void note(String text) {
        System.err.println("chaos: run " + plan.number() + ", step " + log.highestStep() + ": " + text);
    }

    RunLog log() {
        return log;
    }

    List<Done> done() {
        return done;
    }

    int exitStatus() {
        return exitStatus;
    }

    /** What went wrong with the run besides its faults; empty where nothing did. */
    String trouble() {
        return trouble;
    }

    /** Ends faults and driver at once. */
    @Override
    public void close() {
        closing = true;
        endFaults(true);
        CommandProcess running = driver;
        if (running != null) {
            running.close();
        }
        if (standbys != null) {
            standbys.close();
        }
    }
}
