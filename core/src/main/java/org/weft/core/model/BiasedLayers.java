package org.weft.core.model;

import java.util.List;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;

/** Parameters of layers that have a bias, linear weights (out, in); normal of 0.02, as Hugging Face's models begin. */
final class BiasedLayers {
    private static final Initializer NORMAL = Initializer.normal(0.02);

    private BiasedLayers() {}

    static void norm(ParameterLayout.Builder layout, String name, int width) {
        layout.add(name + ".weight", List.of(width), false, Initializer.ONES); // (D)
        layout.add(name + ".bias", List.of(width), false, Initializer.ZEROS); // (D)
    }

    static void linear(ParameterLayout.Builder layout, String name, int out, int in) {
        layout.addFactor(name + ".weight", List.of(out, in), true, NORMAL); // (out, in)
        layout.addFactor(name + ".bias", List.of(out), false, Initializer.ZEROS); // (out)
    }
}
