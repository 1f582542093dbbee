package org.weft.engine.torch;

import org.weft.engine.GradientListener;

/** Carries finished gradient ranges to the listener: at once on a CPU, after their copy to the host on a GPU. */
interface GradientRelay {

    /** The work that completes this range has been handed to the device. */
    void completed(long offset, long length);

    /** Backward has ended: returns after every range was announced. */
    void finish();

    /** Of a device's gradients to whoever listens; to nobody at once. */
    static GradientRelay of(ComputeDevice device, FlatTensors flat, GradientListener listener) {
        return listener == GradientListener.NONE ? direct(listener) : device.relay(flat.gradients(), listener);
    }

    static GradientRelay direct(GradientListener listener) {
        return new GradientRelay() {
            @Override
            public void completed(long offset, long length) {
                listener.rangeReady(offset, length);
            }

            @Override
            public void finish() {
                // Every range has been announced.
            }
        };
    }
}
