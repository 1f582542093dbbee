package org.weft.trainer.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToDoubleFunction;

/** Results of sizes that nobody trained. */
final class Sizes {
    static final long[] PARAMETERS = {100_000, 220_000, 480_000, 1_050_000, 2_300_000, 5_000_000};

    private Sizes() {}

    static List<SizeResult> of(LongToDoubleFunction loss) {
        List<SizeResult> results = new ArrayList<>();
        for (long parameters : PARAMETERS) {
            int width = 16 * (results.size() + 2);
            FamilyMember member = new FamilyMember(2, width, 2, 0, parameters, parameters / 2);
            results.add(new SizeResult(member, 5_000_000, loss.applyAsDouble(parameters), 60));
        }
        return results;
    }
}
