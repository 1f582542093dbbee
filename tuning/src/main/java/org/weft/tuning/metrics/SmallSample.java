package org.weft.tuning.metrics;

import java.util.Optional;
import org.weft.core.Amount;

/** Rows that are too few to say much of a model. */
public final class SmallSample {
    /** Of 30 rows a share of a half is known to within 18 points (95 %). */
    public static final int ENOUGH = 30;

    private SmallSample() {}

    /**
     * What there is to say of so few rows; nothing of none, or of enough.
     *
     * @param what they are, such as validation
     */
    public static Optional<String> warning(String what, long rows) {
        return rows == 0 || rows >= ENOUGH
                ? Optional.empty()
                : Optional.of("warning: " + what + " has " + Amount.of(rows, "row")
                        + ": its figures, and their intervals, say little");
    }
}
