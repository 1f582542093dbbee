package org.weft.hub;

import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.driver.checkpoint.InitialCheckpoint;

/**
 * A model's parameters as float32, wherever they lie.
 *
 * @param shape with its task's head and without adapters
 * @param kind what its tensors are called elsewhere
 * @param parameters in the order of the shape's layout
 */
record FloatModel(ModelShape shape, TaskClass kind, InitialCheckpoint.Source parameters) {

    /** A parameter's name in a Hugging Face directory. */
    String foreign(Parameter parameter) {
        return kind.toForeign(parameter.name());
    }
}
