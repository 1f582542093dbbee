package org.weft.trainer;

import java.nio.file.Path;

/**
 * What Java is given where a test starts it. Such a process lives for seconds and spends most of them starting, many at a
 * time on two cores: {@code .mvn/short-lived.flags} leaves out the second compiler and the collector's threads. What a
 * process computes does not depend on either.
 */
public final class ShortLived {
    /** One word, for options are split at spaces on their way through launchers. */
    public static final String JVM = "-XX:Flags="
            + Path.of("..", ".mvn", "short-lived.flags").toAbsolutePath().normalize();

    /** Of Spark, for executors; what a configuration says of their Java options stands. */
    public static final String EXECUTORS = "spark.executor.defaultJavaOptions=" + JVM;

    private ShortLived() {}
}
