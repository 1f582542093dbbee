package org.weft.engine.torch;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;

/**
 * One of libtorch's operations that has no method of its own in Java: those whose names begin with an underscore. Called as the
 * interpreter calls it, with its arguments on a stack. For one thread at a time; belongs to the scope in which it was made.
 */
final class NativeOperation {
    private final OperatorHandle handle;

    /** @param name with its namespace: {@code aten::_int_mm}, say */
    NativeOperation(String name) {
        NativeRuntime.load();
        handle = Dispatcher.singleton().findSchemaOrThrow(name, "");
    }

    /** The operation's one tensor; the arguments are closed. */
    Tensor apply(IValue... arguments) {
        try (IValueVector stack = new IValueVector(arguments)) {
            handle.callBoxed(stack);
            return new Tensor(stack.get(0).toTensor()); // what get gives is the stack's, and goes with it
        } finally {
            for (IValue argument : arguments) {
                argument.close();
            }
        }
    }
}
