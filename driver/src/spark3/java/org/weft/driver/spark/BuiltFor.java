package org.weft.driver.spark;

/** The line of Spark that this build of Weft is for; {@code src/spark4/java} has the other. */
final class BuiltFor {
    static final SparkLine LINE = new SparkLine(3, "3.5", "2.12", "javax.servlet.Servlet");

    private BuiltFor() {}
}
