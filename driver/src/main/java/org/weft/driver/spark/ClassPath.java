package org.weft.driver.spark;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What stands on a class path twice. Java takes the first, which is not always the one that its caller was built with. */
public record ClassPath(List<Path> jars, ClassLoader loader) {
    /** Name, version, classifier: the version begins at the first digit after a dash, as in pytorch-2.10.0-1.5.13-linux-x86_64. */
    private static final Pattern JAR = Pattern.compile("(.+?)-(\\d[^-]*(?:-\\d[0-9.]*)*)(-[A-Za-z].*)?\\.jar");

    /** Of these a second version breaks a run; they are made together. */
    private static final Pattern VITAL = Pattern.compile(
            "(spark|hadoop-client|weft)-.*|scala-(library|reflect)|jackson-(core|databind)|netty-(all|common)");

    /** One class, or one list of services, that ought to be in one jar. */
    private static final List<String> SINGLE = List.of(
            "org/apache/spark/SparkContext.class",
            "scala/Option.class",
            "org/apache/hadoop/fs/FileSystem.class",
            "com/fasterxml/jackson/databind/ObjectMapper.class",
            "com/google/gson/Gson.class",
            "org/yaml/snakeyaml/Yaml.class",
            "io/netty/buffer/ByteBuf.class",
            "com/esotericsoftware/kryo/kryo5/Kryo.class",
            "javax/servlet/Servlet.class",
            "jakarta/servlet/Servlet.class",
            "org/bytedeco/javacpp/Loader.class",
            "org/bytedeco/pytorch/Tensor.class",
            "org/slf4j/LoggerFactory.class",
            "META-INF/services/org.slf4j.spi.SLF4JServiceProvider");

    /** Of this process: Java's own, and what {@code spark-submit --jars} added. */
    public static ClassPath current() {
        Set<Path> found = new LinkedHashSet<>();
        for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
            found.add(Path.of(entry).toAbsolutePath().normalize());
        }
        ClassLoader loader = SparkRelease.loader();
        for (ClassLoader each = loader; each != null; each = each.getParent()) {
            if (each instanceof URLClassLoader urls) {
                for (URL url : urls.getURLs()) {
                    if ("file".equals(url.getProtocol())) {
                        found.add(Path.of(url.getPath()).normalize());
                    }
                }
            }
        }
        return new ClassPath(
                found.stream().filter(path -> path.toString().endsWith(".jar")).toList(), loader);
    }

    /** Artifacts that are there in more than one version, or for more than one Scala; the first is the one in use. */
    public List<Twice> artifacts() {
        Map<String, Set<String>> versions = new TreeMap<>();
        for (Path jar : jars) {
            Matcher name = JAR.matcher(String.valueOf(jar.getFileName()));
            if (name.matches()) {
                String artifact = name.group(1).replaceFirst("_2\\.1\\d$", "");
                String classifier = name.group(3) == null ? "" : name.group(3);
                versions.computeIfAbsent(artifact + classifier, key -> new LinkedHashSet<>())
                        .add(jar.getFileName() + " in " + jar.getParent());
            }
        }
        return versions.entrySet().stream()
                .filter(entry -> differ(entry.getValue()))
                .map(entry -> new Twice(
                        entry.getKey(),
                        VITAL.matcher(entry.getKey()).matches(),
                        List.copyOf(new ArrayList<>(entry.getValue()))))
                .toList();
    }

    /** The same file in two folders does no harm. */
    private static boolean differ(Set<String> places) {
        return places.stream()
                        .map(place -> place.split(" in ", 2)[0])
                        .distinct()
                        .count()
                > 1;
    }

    /** Classes that more than one jar has. Jars that {@link #artifacts} names are left out. */
    public List<Twice> classes() throws IOException {
        Set<String> named = artifacts().stream()
                .flatMap(twice -> twice.places().stream().map(place -> place.split(" in ", 2)[0]))
                .collect(Collectors.toSet());
        List<Twice> found = new ArrayList<>();
        for (String resource : SINGLE) {
            List<String> places = Collections.list(loader.getResources(resource)).stream()
                    .map(ClassPath::jarOf)
                    .filter(jar -> !named.contains(jar))
                    .distinct()
                    .toList();
            if (places.size() > 1) {
                found.add(new Twice(resource.replaceFirst("\\.class$", "").replace('/', '.'), false, places));
            }
        }
        return found;
    }

    private static String jarOf(URL url) {
        String place = url.toString().replaceFirst("!/.*$", "");
        return place.substring(place.lastIndexOf('/') + 1);
    }

    /**
     * One that is there more than once.
     *
     * @param fails whether a run cannot go well with it
     * @param places the one in use first
     */
    public record Twice(String what, boolean fails, List<String> places) {}
}
