package org.weft.core.html;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A plot with two linear axes, a grid and round ticks. What lies outside the axes is drawn at their ends. */
public final class Axes {
    private static final int WIDTH = 420;
    private static final int HEIGHT = 320;
    private static final int LEFT = 56;
    private static final int RIGHT = 16;
    private static final int TOP = 24;
    private static final int BOTTOM = 44;
    private static final int MOST_TICKS = 6;
    private static final String LETTERS = "kMGTPE";
    /** Numbers that differ by less, relative to their size, count as one. */
    private static final double FLAT = 1e-9;

    private static final double[] ROUND = {1, 2, 2.5, 5, 10};

    private final Svg svg;
    private final Range across;
    private final Range up;

    /** The part of the numbers that an axis shows. */
    public record Range(double from, double to) {

        /** Of the finite ones among some numbers, with a little room; from 0 to 1 where there are none. */
        public static Range of(double[]... values) {
            double[] finite = Arrays.stream(values)
                    .flatMapToDouble(Arrays::stream)
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            if (finite.length == 0) {
                return new Range(0, 1);
            }
            double least = finite[0];
            double most = finite[finite.length - 1];
            double size = Math.max(Math.abs(least), Math.abs(most));
            boolean flat = most - least <= FLAT * size;
            double room = !flat ? 0.04 * (most - least) : size > 0 ? 0.1 * size : 1e-3;
            return new Range(least - room, most + room);
        }

        /** Between two ticks. */
        double step() {
            double rough = (to - from) / MOST_TICKS;
            double decade = Math.pow(10, Math.floor(Math.log10(rough)));
            return decade
                    * Arrays.stream(ROUND)
                            .filter(round -> round * decade >= rough)
                            .findFirst()
                            .orElse(10);
        }

        List<Double> ticks() {
            double step = step();
            List<Double> ticks = new ArrayList<>();
            for (double i = Math.ceil(from / step); i * step <= to + step * 1e-9; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }
    }

    /**
     * @param title what the plot shows, for screen readers
     * @param xName below the plot
     * @param yName above it
     */
    public Axes(String title, String xName, Range across, String yName, Range up) {
        this.across = across;
        this.up = up;
        svg = new Svg(WIDTH, HEIGHT, title);
        for (double tick : across.ticks()) {
            svg.line("grid", x(tick), TOP, x(tick), HEIGHT - BOTTOM);
            svg.text(x(tick), HEIGHT - BOTTOM + 17, "middle", written(tick, across.step()));
        }
        for (double tick : up.ticks()) {
            svg.line("grid", LEFT, y(tick), WIDTH - RIGHT, y(tick));
            svg.text(LEFT - 7, y(tick) + 4, "end", written(tick, up.step()));
        }
        svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", xName);
        svg.text(4, TOP - 9, "start", yName);
    }

    /** A line through points in the axes' units; it breaks where one is not finite. */
    public Axes line(String kind, double[] xs, double[] ys) {
        int from = 0;
        for (int i = 0; i <= xs.length; i++) {
            if (i == xs.length || !Double.isFinite(xs[i]) || !Double.isFinite(ys[i])) {
                if (i > from) {
                    svg.polyline(
                            kind,
                            Arrays.stream(xs, from, i).map(this::x).toArray(),
                            Arrays.stream(ys, from, i).map(this::y).toArray());
                }
                from = i + 1;
            }
        }
        return this;
    }

    public Axes dot(String kind, double x, double y, double radius, String title) {
        svg.circle(kind, x(x), y(y), radius, title);
        return this;
    }

    /** A bar from the bottom up. */
    public Axes bar(String kind, double from, double to, double height, String title) {
        svg.format(
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s</title></rect>",
                kind, x(from) + 1, y(height), x(to) - x(from) - 2, y(up.from()) - y(height), Html.escaped(title));
        return this;
    }

    public String render() {
        return svg.render();
    }

    private double x(double value) {
        return LEFT + (WIDTH - LEFT - RIGHT) * share(across, value);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share(up, value);
    }

    private static double share(Range range, double value) {
        return Math.max(0, Math.min(1, (value - range.from()) / (range.to() - range.from())));
    }

    /** With the digits in which neighbours differ. */
    static String written(double tick, double step) {
        if (Math.abs(tick) >= 1e5) {
            int thousands = Math.min(LETTERS.length(), (int) (Math.log10(Math.abs(tick)) / 3 + 1e-9));
            double unit = Math.pow(1000, thousands);
            return digits(tick / unit, step / unit) + LETTERS.charAt(thousands - 1);
        }
        if (tick != 0 && Math.abs(tick) < 1e-3 && step < 1e-4) {
            int exponent = (int) Math.floor(Math.log10(Math.abs(tick)) + 1e-9);
            double unit = Math.pow(10, exponent);
            return digits(tick / unit, step / unit) + "e" + exponent;
        }
        return digits(tick, step);
    }

    private static String digits(double value, double step) {
        int decimals = 1 + (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)); // One more, for steps of 2.5.
        String digits = String.format(Locale.ROOT, "%." + decimals + "f", value + 0.0);
        return digits.replaceAll("\\.?0+$", "").replaceAll("^-0$", "0");
    }
}
