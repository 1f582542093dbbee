package org.weft.driver.progress;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Progress for people, on stderr: a bar that is drawn over on a terminal, a line every few seconds elsewhere. Safe for
 * use by many threads.
 */
public final class Progress {
    private static final long LINE_NANOS = 5_000_000_000L;
    private static final long BAR_NANOS = 100_000_000L;
    private static final int BAR_WIDTH = 24;
    /** Whose losses a line has. */
    private static final int MOST_FIGURES = 8;

    private final PrintStream out;
    private final boolean terminal;
    private final LongSupplier nanoClock;
    private long lastShown;
    private boolean barShown;

    /**
     * @param terminal whether {@code out} is one
     */
    public Progress(PrintStream out, boolean terminal, LongSupplier nanoClock) {
        this.out = out;
        this.terminal = terminal;
        this.nanoClock = nanoClock;
        this.lastShown = nanoClock.getAsLong() - LINE_NANOS;
    }

    public static Progress onStderr() {
        return new Progress(System.err, System.console() != null, System::nanoTime);
    }

    /** A line of its own. */
    public synchronized void say(String text) {
        endBar();
        out.println(text);
        out.flush();
    }

    /**
     * Where training stands.
     *
     * @param figures beside the loss, by name
     * @param mfu model FLOPs utilisation, or NaN where no peak was measured
     * @param left until the last step
     */
    public record Standing(
            int step,
            int steps,
            double loss,
            Map<String, Double> figures,
            double tokensPerSecond,
            double mfu,
            Duration left) {

        private String losses(boolean apart) {
            String losses = String.format(Locale.ROOT, "loss %.4f", loss);
            if (figures.isEmpty() || !apart) {
                return losses;
            }
            return figures.entrySet().stream()
                    .limit(MOST_FIGURES)
                    .map(figure -> String.format(Locale.ROOT, "%s %.4f", shown(figure.getKey()), figure.getValue()))
                    .collect(Collectors.joining(", ", losses + " (", figures.size() > MOST_FIGURES ? ", …)" : ")"));
        }
    }

    /** A source's loss by the source's name. */
    private static String shown(String figure) {
        return figure.startsWith("loss_") ? figure.substring("loss_".length()) : figure;
    }

    /** Shows where training stands; most calls print nothing. A bar has no room for sources. */
    public synchronized void step(Standing at) {
        long now = nanoClock.getAsLong();
        boolean due = now - lastShown >= (terminal ? BAR_NANOS : LINE_NANOS);
        if (!due && at.step != at.steps) {
            return;
        }
        lastShown = now;
        String utilisation = Double.isFinite(at.mfu) ? String.format(Locale.ROOT, "  MFU %.0f%%", 100 * at.mfu) : "";
        String text = String.format(
                Locale.ROOT,
                "step %d/%d  %s  %,.0f tokens/s%s  ETA %s",
                at.step,
                at.steps,
                at.losses(!terminal),
                at.tokensPerSecond,
                utilisation,
                written(at.left));
        if (terminal) {
            int filled = at.steps == 0 ? BAR_WIDTH : (int) ((long) BAR_WIDTH * at.step / at.steps);
            String bar = "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled);
            out.print("\r[" + bar + "] " + text + "\u001b[K");
            out.flush();
            barShown = true;
        } else {
            out.println(text);
        }
    }

    /** Leaves the bar as it stands and goes to a new line. */
    public synchronized void endBar() {
        if (barShown) {
            out.println();
            barShown = false;
        }
    }

    private static String written(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
