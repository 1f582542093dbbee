package org.weft.core.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.config.SyncConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.ParameterRule;

/**
 * Of servers whose lanes take rounds after the first steps of a run: these are the optimizer's own, on the sum of all lanes, later ones
 * the servers' on what lanes moved by. What the first keeps stands behind what the second does: as what lanes begin their rounds with, or,
 * where they begin anew, as its own, which the first round's update clears.
 */
final class WarmedUp extends Optimizer {
    private final Optimizer single;
    private final Optimizer rounds;
    private final SyncConfig sync;

    WarmedUp(WeftConfig config, Optimizer single, Optimizer rounds) {
        super(config.training(), false);
        this.single = single;
        this.rounds = rounds;
        this.sync = config.sync();
    }

    @Override
    public List<StateVector> state() {
        List<StateVector> state = new ArrayList<>(rounds.state());
        if (!sync.keepsInnerState()) {
            state.addAll(innerState(single));
        }
        return state;
    }

    @Override
    boolean changesGradient(ParameterRule rule) {
        return single.changesGradient(rule);
    }

    @Override
    public void update(int step, int updates, float scale, State state, Segment segment) {
        float[][] inner = Arrays.copyOfRange(
                state.vectors(),
                rounds.state().size(),
                rounds.state().size() + single.state().size());
        if (!sync.takesRound(step)) {
            State ofSingle = new State(state.gradient(), state.weights(), inner);
            single.update(step, updates, scale, ofSingle, segment);
            return;
        }
        Segment plain = new Segment(segment.from(), segment.to(), false, 1);
        rounds.update(step, updates, scale, state, plain);
        for (float[] vector : sync.keepsInnerState() ? new float[0][] : inner) {
            Arrays.fill(vector, segment.from(), segment.to(), 0f);
        }
    }

    @Override
    void move(Factors factors, State state, int from, int to) {
        throw new IllegalStateException("either of the two does");
    }

    @Override
    void advance(Factors factors, State state, int from, int to) {
        throw new IllegalStateException("no gradient of a run with rounds is late");
    }
}
