package org.weft.driver.spark;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/**
 * A line of Spark that Weft can be built for. What is compiled for one does not link with the other: Scala's classes and
 * the servlets have other names, and driver and executors of two lines cannot read each other's messages.
 *
 * @param number of the line, as {@code -Dspark.line} and {@code WEFT_SPARK} have it
 * @param spark the minor release that it is compiled and tested with
 * @param scala the Scala line
 * @param servlet a class that Spark's UI of that line asks for
 */
public record SparkLine(int number, String spark, String scala, String servlet) {
    static final List<SparkLine> ALL = List.of(
            new SparkLine(3, "3.5", "2.12", "javax.servlet.Servlet"),
            new SparkLine(4, "4.2", "2.13", "jakarta.servlet.Servlet"));

    private static final String OLDEST_HADOOP = "3.3";

    /** The one that this Weft is built for. */
    public static SparkLine built() {
        return ALL.stream()
                .filter(line -> line.number == BuiltFor.LINE)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public String toString() {
        return "Spark " + spark + " (Scala " + scala + ")";
    }

    /** Refuses a class path with another line's Spark: what follows would be errors of linkage, here or in an executor. */
    static void require() {
        built().requireLine(SparkRelease.ofClassPath());
    }

    void requireLine(SparkRelease found) {
        if (!isLineOf(found)) {
            throw new WeftException(
                    ExitStatus.CLUSTER,
                    "this Weft is built for " + this + " and finds Spark " + found.spark() + " (Scala " + found.scala()
                            + ")",
                    ALL.stream()
                                    .filter(line -> line.isLineOf(found))
                                    .findFirst()
                                    .map(line -> "take Weft's distribution for that line, weft-<version>-"
                                            + line.distribution() + ".tar.gz")
                                    .orElse("Weft has no distribution for it")
                            + ", or point SPARK_HOME at a " + this);
        }
    }

    /** What the archive is called by. */
    private String distribution() {
        return number == 3 ? "spark3.5" : "spark" + number;
    }

    private boolean isLineOf(SparkRelease found) {
        return found.spark().startsWith(number + ".") && (found.scala() + ".").startsWith(scala + ".");
    }

    /** What does not fit, with what to do; empty where all does. */
    public List<Misfit> misfits(SparkRelease found) {
        List<Misfit> misfits = new ArrayList<>();
        try {
            requireLine(found);
            if (!found.spark().startsWith(spark + ".")) {
                misfits.add(new Misfit(
                        false,
                        "spark " + found.spark() + " is not the release that Weft was tested with, " + spark,
                        "should something fail to link, take Spark " + spark));
            }
        } catch (WeftException e) {
            misfits.add(new Misfit(true, e.getMessage(), e.hint()));
        }
        if (compare(found.hadoop(), OLDEST_HADOOP) < 0) {
            misfits.add(new Misfit(
                    true,
                    "hadoop client " + found.hadoop() + " is older than " + OLDEST_HADOOP,
                    "take a Spark that is built with Hadoop " + OLDEST_HADOOP + " or newer"));
        }
        if (!found.hasClass(servlet)) {
            misfits.add(new Misfit(
                    true,
                    servlet + " is not on the class path, which Spark's UI asks for",
                    "a jar of another line came before Spark's own; lines marked twice say which"));
        }
        return misfits;
    }

    /** Compares two releases by their first two numbers; one that cannot be read counts as new. */
    private static int compare(String release, String other) {
        String[] a = release.split("[.-]");
        String[] b = other.split("[.-]");
        try {
            int major = Integer.compare(Integer.parseInt(a[0]), Integer.parseInt(b[0]));
            return major != 0 ? major : Integer.compare(Integer.parseInt(a[1]), Integer.parseInt(b[1]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return 1;
        }
    }

    /**
     * One thing that does not fit.
     *
     * @param fails false where it may work all the same
     */
    public record Misfit(boolean fails, String finding, String hint) {}
}
