package org.weft.driver.spark;

/** The line of Spark that this build of Weft is for; {@code src/spark3/java} has the other. */
final class BuiltFor {
    static final int LINE = 4;

    private BuiltFor() {}
}
