package org.weft.driver.spark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The releases of Spark, Scala and Hadoop on a class path, as their jars say of themselves. Resources are read and no
 * class of theirs is loaded, so that it works where nothing would link.
 *
 * @param classes whether a class of that name is there
 */
public record SparkRelease(String spark, String scala, String hadoop, Predicate<String> classes) {
    /** Of this process. */
    public static SparkRelease ofClassPath() {
        ClassLoader loader = loader();
        return new SparkRelease(
                property(loader, "spark-version-info.properties", "version"),
                property(loader, "library.properties", "version.number"),
                property(loader, "common-version-info.properties", "version"),
                name -> loader.getResource(name.replace('.', '/') + ".class") != null);
    }

    /** Of an installation, by the names of its jars; empty where it has no {@code jars/spark-core_*.jar}. */
    public static Optional<SparkRelease> ofHome(Path home) {
        try (Stream<Path> jars = Files.list(home.resolve("jars"))) {
            List<String> names = jars.map(jar -> jar.getFileName().toString()).toList();
            return first(names, "spark-core_([0-9.]+)-(.+)\\.jar")
                    .map(core -> new SparkRelease(
                            core.group(2),
                            core.group(1),
                            first(names, "hadoop-client-api-(.+)\\.jar")
                                    .map(api -> api.group(1))
                                    .orElse("unknown"),
                            name -> true));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<MatchResult> first(List<String> names, String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return names.stream()
                .map(compiled::matcher)
                .filter(Matcher::matches)
                .map(Matcher::toMatchResult)
                .findFirst();
    }

    boolean hasClass(String name) {
        return classes.test(name);
    }

    /** Spark's own loader where it has one, for jars that {@code --jars} added. */
    static ClassLoader loader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context == null ? SparkRelease.class.getClassLoader() : context;
    }

    private static String property(ClassLoader loader, String resource, String key) {
        Properties properties = new Properties();
        try (InputStream in = loader.getResourceAsStream(resource)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            return "unknown: " + e.getMessage();
        }
        return properties.getProperty(key, "unknown");
    }
}
