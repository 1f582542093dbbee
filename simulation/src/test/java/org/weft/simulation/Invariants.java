package org.weft.simulation;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.coordinator.RunListener;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;
import org.weft.simulation.Violation.Invariant;

/**
 * What has to hold at each event. Keeps an account of its own, of what members were told and what they said, and
 * compares everything with the {@link Reference}.
 */
final class Invariants {
    private static final Pattern GENERATION = Pattern.compile("generation (\\d+) starts at step (\\d+): (.*)");

    private final Simulation simulation;
    private final StoreInvariants store;
    private final EndInvariants end;
    private final LeaseInvariants leases;
    private final MemberInvariants members;
    private Violation violation;
    private int generation;
    /** The version that the run stands at. */
    private int step;

    private int generations;
    /** What the coordinator has been told of each step of this generation, by members that were not refused. */
    private final Map<Integer, BitSet> lanes = new TreeMap<>();

    private final Map<Integer, BitSet> reducedShards = new TreeMap<>();
    private final Map<String, Message.ApplyStep> decisions = new HashMap<>();
    private final Map<String, Integer> incarnations = new TreeMap<>();

    Invariants(Simulation simulation) {
        this.simulation = simulation;
        this.store = new StoreInvariants(simulation, this);
        this.end = new EndInvariants(simulation, this);
        this.leases = new LeaseInvariants(simulation);
        this.members = new MemberInvariants(simulation, this);
    }

    /** Code under test may swallow what is thrown inside of it: asked for after each event. */
    void check() {
        if (violation != null) {
            throw violation;
        }
    }

    void require(boolean holds, Invariant invariant, String format, Object... arguments) {
        if (!holds && violation == null) {
            violation = new Violation(invariant, String.format(format, arguments));
            simulation.trace(() -> violation.getMessage());
            throw violation;
        }
    }

    int generation() {
        return generation;
    }

    int step() {
        return step;
    }

    LeaseInvariants leases() {
        return leases;
    }

    int generations() {
        return generations;
    }

    // ---- the coordinator

    /** Generations show in the operator's notices. */
    void notice(String text) {
        Matcher matcher = GENERATION.matcher(text);
        if (!matcher.matches()) {
            return;
        }
        int number = Integer.parseInt(matcher.group(1));
        int start = Integer.parseInt(matcher.group(2));
        require(
                number > generation,
                Invariant.ONE_DECISION_A_STEP,
                "generation %d begins after generation %d",
                number,
                generation);
        if (matcher.group(3).contains(": from ")) {
            store.requireStart(number, start);
        } else {
            require(
                    start == step,
                    Invariant.BACK_TO_THE_LAST_COMMIT,
                    "generation %d goes on at version %d instead of %d",
                    number,
                    start,
                    step);
        }
        generation = number;
        generations++;
        lanes.clear();
        reducedShards.clear();
        enter(start);
    }

    private void enter(int newStep) {
        step = newStep;
    }

    /** The coordinator's answer, before it acts on the request. */
    void answered(Message request, Message answer) {
        if (request instanceof Message.JoinWorker join && answer instanceof Message.Admitted admitted) {
            incarnations.put(Role.WORKER.name(join.worker()), admitted.incarnation());
        } else if (request instanceof Message.JoinServer join && answer instanceof Message.Admitted admitted) {
            incarnations.put(Role.SERVER.name(join.server()), admitted.incarnation());
        } else if (request instanceof Message.PollOrder poll) {
            requireCurrent(Role.SERVER.name(poll.server()), poll.incarnation(), answer);
            ordered(answer);
        } else if (request instanceof Message.PollWork poll) {
            requireCurrent(Role.WORKER.name(poll.worker()), poll.incarnation(), answer);
        } else if (request instanceof Message.LanesDone done) {
            requireCurrent(Role.WORKER.name(done.worker()), done.incarnation(), answer);
            if (answer instanceof Message.Done && done.generation() == generation) {
                of(lanes, done.step()).set(done.span().first(), done.span().end());
            }
        } else if (request instanceof Message.ShardReduced done) {
            requireCurrent(Role.SERVER.name(done.server()), done.incarnation(), answer);
            if (answer instanceof Message.Done && done.generation() == generation) {
                of(reducedShards, done.step())
                        .set(done.server()
                                / simulation.scenario.config().servers().replicas());
            }
        } else if (request instanceof Message.ShardSaved saved) {
            requireCurrent(Role.SERVER.name(saved.server()), saved.incarnation(), answer);
        } else if (request instanceof Message.ShardSaveFailed failed && answer instanceof Message.Done) {
            end.saveFailed(failed.generation(), failed.step());
        }
    }

    private static BitSet of(Map<Integer, BitSet> told, int step) {
        return told.computeIfAbsent(step, key -> new BitSet());
    }

    private void requireCurrent(String member, int incarnation, Message answer) {
        require(
                incarnation >= incarnations.getOrDefault(member, -1) || answer instanceof Message.Refused,
                Invariant.STALE_CHANGES_NOTHING,
                "incarnation %d of %s was answered %s, though incarnation %s has its place",
                incarnation,
                member,
                answer,
                incarnations.get(member));
    }

    private void ordered(Message order) {
        if (order instanceof Message.ApplyStep apply) {
            Message.ApplyStep first = decisions.putIfAbsent(apply.generation() + "/" + apply.step(), apply);
            require(
                    first == null
                            || (first.scale() == apply.scale()
                                    && first.skip() == apply.skip()
                                    && first.updates() == apply.updates()),
                    Invariant.ONE_DECISION_A_STEP,
                    "servers were told %s and %s",
                    first,
                    apply);
            requireSame(simulation.reference.scale(apply.step()), apply.scale(), "the scale of step " + apply.step());
        }
    }

    void decided(RunListener.Step done) {
        require(
                done.step()
                        == simulation
                                .scenario
                                .config()
                                .sync()
                                .versionAfter(
                                        step,
                                        simulation.scenario.config().training().steps()),
                Invariant.ONE_DECISION_A_STEP,
                "version %d was decided at version %d of generation %d",
                done.step(),
                step,
                generation);
        int laneCount = simulation.scenario.config().training().lanes();
        require(
                of(lanes, step).cardinality() == laneCount,
                Invariant.STALE_CHANGES_NOTHING,
                "version %d of generation %d was decided on lanes %s of %d",
                done.step(),
                generation,
                of(lanes, step),
                laneCount);
        int withBuckets = RangePartitioner.of(simulation.scenario.layout(), simulation.scenario.servers())
                .owners();
        require(
                of(reducedShards, step).cardinality() >= withBuckets,
                Invariant.STALE_CHANGES_NOTHING,
                "version %d of generation %d was decided on shards %s",
                done.step(),
                generation,
                of(reducedShards, step));
        requireSame(simulation.reference.loss(step), done.loss(), "the loss of step " + step);
        requireSame(simulation.reference.norm(step), done.gradientNorm(), "the norm of step " + step);
        enter(done.step());
    }

    void evaluated(int version, double loss) {
        double expected = simulation.reference.evaluation(version, simulation.scenario.validationBatches());
        requireSame(expected, loss, "the evaluation of version " + version);
    }

    void requireSame(double expected, double actual, String what) {
        require(
                Double.compare(expected, actual) == 0,
                Invariant.SAME_BITS,
                "%s: actual=%s expected=%s",
                what,
                actual,
                expected);
    }

    // ---- members

    MemberInvariants members() {
        return members;
    }

    void memberFailed(MemberProcess member, Message.MemberFailed report) {
        end.memberFailed(member, report);
    }

    // ---- files and the end

    void storeChanged(String path) {
        store.changed(path);
    }

    void committed(int committedGeneration, int version) {
        store.committed(committedGeneration, version);
    }

    void commitFailed(int failedGeneration, int version) {
        end.saveFailed(failedGeneration, version);
    }

    void stopRequested() {
        store.stopRequested();
        end.stopRequested();
    }

    void ended(Throwable failure) {
        end.ended(failure);
    }

    void doesNotEnd() {
        end.doesNotEnd();
    }

    /** Name of a version's directory. */
    String directory(int version) {
        return simulation.scenario.config().run().directory().step(version);
    }
}
