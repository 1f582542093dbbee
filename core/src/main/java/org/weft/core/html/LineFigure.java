package org.weft.core.html;

import java.util.List;

/** Lines that share a plot, with a title above and a key below. They differ in colour and in dashes. */
public final class LineFigure {
    /** Lines that can be told apart. */
    public static final int MOST_LINES = 6;

    private LineFigure() {}

    /**
     * A line's name and its points.
     *
     * @param x as many as y
     * @param y one that is not finite is a gap
     */
    public record Line(String name, double[] x, double[] y) {}

    /** Some lines within axes that hold them all. */
    public static String render(String title, String xName, String yName, List<Line> lines) {
        Axes.Range across = Axes.Range.of(lines.stream().map(Line::x).toArray(double[][]::new));
        Axes.Range up = Axes.Range.of(lines.stream().map(Line::y).toArray(double[][]::new));
        return render(title, lines, new Axes(title, xName, across, yName, up));
    }

    /**
     * @param axes may have something drawn in them
     */
    public static String render(String title, List<Line> lines, Axes axes) {
        StringBuilder figure = new StringBuilder("<figure><figcaption>" + Html.escaped(title) + "</figcaption>\n");
        StringBuilder key = new StringBuilder("<p class=\"key\">");
        for (int i = 0; i < lines.size(); i++) {
            String kind = "curve s" + (i % MOST_LINES + 1);
            axes.line(kind, lines.get(i).x(), lines.get(i).y());
            key.append("<span><svg viewBox=\"0 0 32 8\" aria-hidden=\"true\"><line class=\"" + kind
                    + "\" x1=\"0\" y1=\"4\" x2=\"32\" y2=\"4\"/></svg>"
                    + Html.escaped(lines.get(i).name()) + "</span>\n");
        }
        return figure.append(axes.render())
                .append(key)
                .append("</p></figure>\n")
                .toString();
    }
}
