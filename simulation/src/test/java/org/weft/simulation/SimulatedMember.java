package org.weft.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;

/** One attempt of a worker's or server's task with its way to the coordinator, which mirrors {@code CoordinatorLink}. */
abstract class SimulatedMember extends SimulatedProcess {
    /** {@code CoordinatorLink.RETRY_PAUSE}. */
    private static final long RETRY_PAUSE_MICROS = 200 * VirtualTime.MILLI;

    final Role role;
    final int id;
    final int attempt;
    int incarnation = -1;
    private final Deque<Message> reports = new ArrayDeque<>();

    SimulatedMember(Simulation simulation, Role role, int id, int attempt) {
        super(simulation, role.name(id) + "." + attempt);
        this.role = role;
        this.id = id;
        this.attempt = attempt;
    }

    /** What a caller does with the three ways in which a call ends. */
    record Outcomes(Consumer<Message> reply, Consumer<String> fenced, Consumer<Exception> failed) {}

    abstract Message joinRequest();

    /** The loop after a join. */
    abstract void joined();

    /** {@code CoordinatorLink.join}, and the loop around it in {@code ParameterServer.run} and {@code WorkerTask.work}. */
    final void join() {
        call(
                joinRequest(),
                new Outcomes(
                        reply -> {
                            boolean first = incarnation < 0;
                            incarnation = ((Message.Admitted) reply).incarnation();
                            if (first) {
                                later(simulation.scenario.heartbeatMicros(), this::beat);
                            }
                            joined();
                        },
                        cause -> leave("fenced: " + cause),
                        this::fail));
    }

    /** {@code CoordinatorLink.beat}. */
    private void beat() {
        simulation.network.request(
                this,
                simulation.driver,
                () -> simulation.driver.receive(new Message.Heartbeat(role, id, incarnation)),
                (reply, failure) -> {
                    if (reply instanceof Message.Alive alive) {
                        generationAtHand(alive.generation());
                    }
                    later(simulation.scenario.heartbeatMicros(), this::beat);
                });
    }

    /** {@code CoordinatorLink.onGeneration}. */
    void generationAtHand(int generation) {}

    /** A call of the task's own thread: fenced, it joins again; out of patience, it fails. */
    final void call(Message request, Consumer<Message> reply) {
        call(request, new Outcomes(reply, cause -> join(), this::fail));
    }

    /** {@code CoordinatorLink.call}. */
    private void call(Message request, Outcomes outcomes) {
        long deadline = simulation.time.nowMicros() + simulation.scenario.patienceMicros();
        boolean[] over = new boolean[1];
        later(simulation.scenario.patienceMicros(), () -> {
            if (!over[0]) {
                over[0] = true;
                outcomes.failed().accept(new Exception("gave up waiting for the coordinator"));
            }
        });
        call(request, outcomes, deadline, over);
    }

    private void call(Message request, Outcomes outcomes, long deadline, boolean[] over) {
        simulation.network.request(
                this, simulation.driver, () -> simulation.driver.receive(request), (reply, failure) -> {
                    if (over[0]) {
                        return;
                    }
                    if (failure != null && simulation.time.nowMicros() < deadline) {
                        later(RETRY_PAUSE_MICROS, () -> {
                            if (!over[0]) {
                                call(request, outcomes, deadline, over);
                            }
                        });
                        return;
                    }
                    over[0] = true;
                    if (failure != null) {
                        outcomes.failed().accept(new Exception(failure.getMessage()));
                    } else if (reply instanceof Message.Refused refused) {
                        outcomes.fenced().accept(refused.cause());
                    } else {
                        outcomes.reply().accept(reply);
                    }
                });
    }

    /** {@code ParameterServer.report}: one report after the other, whatever becomes of it. */
    final void report(Message message) {
        reports.add(message);
        if (reports.size() == 1) {
            sendReport();
        }
    }

    private void sendReport() {
        Runnable next = () -> {
            reports.remove();
            if (!reports.isEmpty()) {
                sendReport();
            }
        };
        call(reports.peek(), new Outcomes(reply -> next.run(), cause -> next.run(), failure -> next.run()));
    }

    /** {@code CoordinatorLink.reportFailure}, then the task throws and Spark starts it again. */
    final void fail(Exception failure) {
        WeftException known = WeftException.within(failure);
        ExitStatus status = known == null ? ExitStatus.FAILED : known.status();
        simulation.trace(() -> this + " fails: " + failure);
        simulation.invariants.memberFailed(this, status);
        Runnable exit = () -> simulation.spark.exited(this, true);
        call(
                new Message.MemberFailed(
                        role, id, incarnation, status.code(), String.valueOf(failure.getMessage()), ""),
                new Outcomes(reply -> exit.run(), cause -> exit.run(), again -> exit.run()));
    }

    /** The task ends well. */
    final void leave(String why) {
        simulation.trace(() -> this + " leaves: " + why);
        simulation.spark.exited(this, false);
    }
}
