package org.weft.driver.run;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** While open, tells of SIGTERM and SIGINT, and leaves them to whom they would go to without it. */
final class StopNotices implements StopSource.Listening {
    private final Map<Signal, SignalHandler> previous = new ConcurrentHashMap<>();

    /** @param asked called on the signal's thread; is not to wait */
    StopNotices(Runnable asked) {
        for (Signal signal : List.of(new Signal("TERM"), new Signal("INT"))) {
            SignalHandler before = Signal.handle(signal, got -> {
                asked.run();
                pass(got);
            });
            previous.put(signal, before);
            if (before == SignalHandler.SIG_IGN) { // As of what a shell starts in the background: it ends nothing.
                Signal.handle(signal, before);
            }
        }
    }

    private void pass(Signal got) {
        SignalHandler before = previous.getOrDefault(got, SignalHandler.SIG_DFL);
        if (before == SignalHandler.SIG_DFL) {
            Signal.handle(got, before);
            Signal.raise(got);
        } else {
            before.handle(got);
        }
    }

    @Override
    public void close() {
        previous.forEach(Signal::handle);
    }
}
