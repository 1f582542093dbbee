package org.weft.driver.plan.scale;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.SyncConfig;
import org.weft.core.config.WeftConfig;

/**
 * A way of keeping step, as a user would configure it. In the order in which they should be tried: the earlier ones cost less
 * loss (docs/scaling.md).
 */
public enum SyncChoice {
    PLAIN("plain"),
    INT8("int8", "sync.gradients=int8"),
    INT4("int4", "sync.gradients=int4"),
    DELAY("delay 1", "sync.delay=1"),
    INT8_DELAY("int8, delay 1", "sync.gradients=int8", "sync.delay=1"),
    LOCAL("local", "sync.mode=local");

    private final String label;
    private final List<String> settings;

    SyncChoice(String label, String... settings) {
        this.label = label;
        this.settings = List.of(settings);
    }

    /** As a column is headed. */
    public String label() {
        return label;
    }

    /** As the options of a command: {@code key=value}. */
    public List<String> settings() {
        return settings;
    }

    /** The configuration with this in place of what it says of sync, and with what else is given. */
    WeftConfig of(WeftConfig config, List<String> more) {
        List<String> all =
                new ArrayList<>(List.of("sync.mode=bsp", "sync.gradients=f32", "sync.delay=0", "sync.warmup_steps=0"));
        if (config.sync().weightPrediction()
                == SyncConfig.WeightPrediction.TRUE) { // Which is refused where no gradient is late.
            all.add("sync.weight_prediction=auto");
        }
        all.addAll(settings);
        all.addAll(more);
        if (this == LOCAL) { // Whole rounds, which cost no less; and without what there is none of in rounds.
            all.add("cluster.residency=whole");
            all.add("training.schedule=cosine");
            all.add("training.decay_steps=0");
            SyncConfig sync = config.sync();
            if (sync.parameters() == SyncConfig.Parameters.BF16) {
                all.add("sync.parameters=auto");
            }
            all.add("checkpoint.every=" + wholeRounds(config.checkpoint().every(), sync.steps()));
            all.add("training.eval_every=" + wholeRounds(config.training().evalEvery(), sync.steps()));
        }
        WeftConfig from = this == PLAIN ? config : config.withoutPrivacy(); // Of which there is none in most others.
        if (this == LOCAL) {
            from = from.withTraining(from.training().withoutPruning());
        }
        return ConfigLoader.load("plan", ConfigLoader.toYaml(from), all);
    }

    private static int wholeRounds(int steps, int round) {
        return Math.max(1, (steps + round - 1) / round) * round;
    }
}
