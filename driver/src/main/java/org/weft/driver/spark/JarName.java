package org.weft.driver.spark;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A jar's file name, {@code artifact-version[-classifier].jar}, as Maven writes it.
 *
 * @param artifact with the Scala line that it may end with: spark-core_2.12
 * @param version 2.10.0-1.5.13, 33.6.0-jre, 3.5.1-amzn-1
 * @param classifier linux-x86_64, shaded-protobuf, tests; empty for most
 */
public record JarName(String artifact, String version, String classifier) {
    /** What follows a version without being a part of it; every other word is one. */
    private static final String CLASSIFIERS = "(?:linux|macosx|osx|windows|android|ios)-(?:x86|arm|aarch|ppc|riscv)\\w*"
            + "(?:-gpu|-fedora)?|shaded(?:-\\w+)?|tests?|test-\\w+|sources|javadoc";

    /** The version begins at the first digit after a dash, but for the one artifact that has another's version in its name. */
    private static final Pattern JAR =
            Pattern.compile("(log4j-1\\.2-api|.+?)-(\\d.*?)(?:-(" + CLASSIFIERS + "))?\\.jar");

    /** Empty for a file that is no jar, or has no version in its name. */
    public static Optional<JarName> of(String file) {
        Matcher name = JAR.matcher(file);
        return name.matches()
                ? Optional.of(new JarName(name.group(1), name.group(2), name.group(3) == null ? "" : name.group(3)))
                : Optional.empty();
    }

    /** Artifact and classifier: of two jars with the same, one is too many. */
    public String key() {
        return classifier.isEmpty() ? artifact : artifact + "-" + classifier;
    }

    /** The same for every Scala. */
    String keyOfAnyScala() {
        return new JarName(artifact.replaceFirst("_2\\.1\\d$", ""), version, classifier).key();
    }
}
