package org.weft.driver.spark;

/** The line of Spark that this build of Weft is for; {@code src/spark3/java} has the other. */
final class BuiltFor {
    static final SparkLine LINE = new SparkLine(4, "4.2", "2.13", "jakarta.servlet.Servlet");

    private BuiltFor() {}
}
