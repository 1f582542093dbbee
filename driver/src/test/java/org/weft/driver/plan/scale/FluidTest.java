package org.weft.driver.plan.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FluidTest {
    private final Fluid fluid = new Fluid();
    private final List<String> ends = new ArrayList<>();

    private Runnable says(String name) {
        return () -> ends.add(name + "@" + Math.round(fluid.now() * 100));
    }

    @Test
    void whoSharesALinkIsSlowerTogetherAndFasterAlone() {
        Fluid.Resource link = new Fluid.Resource(10, 10);
        fluid.start(10, says("short"), link);
        fluid.start(20, says("long"), link);
        fluid.run();
        // 5 a second each until 2.0, then the rest of 10 alone.
        assertThat(ends).containsExactly("short@200", "long@300");
    }

    @Test
    void anActivityAdvancesAtTheLeastOfItsResources() {
        Fluid.Resource wide = new Fluid.Resource(100, 100);
        Fluid.Resource narrow = new Fluid.Resource(4, 4);
        fluid.start(8, says("both"), wide, narrow);
        fluid.start(100, says("wide"), wide); // 50 a second beside the other, whatever that takes of it.
        fluid.run();
        assertThat(ends).containsExactlyInAnyOrder("wide@200", "both@200");
    }

    @Test
    void processorsServeAsManyAsThereAre() {
        Fluid.Resource processors = new Fluid.Resource(2, 1);
        for (int i = 0; i < 4; i++) {
            fluid.start(1, says("task"), processors);
        }
        fluid.run();
        assertThat(ends).containsExactly("task@200", "task@200", "task@200", "task@200");
    }

    @Test
    void whatEndsMayStartMore() {
        Fluid.Resource clock = new Fluid.Resource(Double.POSITIVE_INFINITY, 1);
        fluid.start(0, () -> fluid.start(3, says("second"), clock), clock);
        fluid.run();
        assertThat(ends).containsExactly("second@300");
        assertThat(fluid.now()).isEqualTo(3, within(1e-12));
    }
}
