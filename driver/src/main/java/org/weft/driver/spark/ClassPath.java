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
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What stands on a class path twice. Java takes the first, which is not always the one that its caller was built with. */
public record ClassPath(List<Path> jars, ClassLoader loader) {
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
        Map<String, Set<Place>> found = new TreeMap<>();
        for (Path jar : jars) {
            Place place = new Place(String.valueOf(jar.getFileName()), String.valueOf(jar.getParent()));
            JarName.of(place.jar())
                    .ifPresent(name -> found.computeIfAbsent(name.keyOfAnyScala(), key -> new LinkedHashSet<>())
                            .add(place));
        }
        return found.entrySet().stream()
                .filter(entry -> differ(entry.getValue()))
                .map(entry -> new Twice(
                        entry.getKey(), VITAL.matcher(entry.getKey()).matches(), List.copyOf(entry.getValue())))
                .toList();
    }

    /** The same file in two folders does no harm. */
    private static boolean differ(Set<Place> places) {
        return places.stream().map(Place::jar).distinct().count() > 1;
    }

    /** Classes that more than one jar has. Jars that {@link #artifacts} names are left out. */
    public List<Twice> classes() throws IOException {
        Set<String> named = artifacts().stream()
                .flatMap(twice -> twice.places().stream().map(Place::jar))
                .collect(Collectors.toSet());
        List<Twice> found = new ArrayList<>();
        for (String resource : SINGLE) {
            List<Place> places = Collections.list(loader.getResources(resource)).stream()
                    .map(ClassPath::placeOf)
                    .filter(place -> !named.contains(place.jar()))
                    .distinct()
                    .toList();
            if (places.size() > 1) {
                found.add(new Twice(resource.replaceFirst("\\.class$", "").replace('/', '.'), false, places));
            }
        }
        return found;
    }

    /** Of {@code jar:file:/folder/name.jar!/resource}, and of what lies in a folder of classes. */
    private static Place placeOf(URL url) {
        String file = url.toString().replaceFirst("!/.*$", "").replaceFirst("^(jar:)?(file:)?", "");
        int slash = file.lastIndexOf('/');
        return new Place(file.substring(slash + 1), file.substring(0, Math.max(0, slash)));
    }

    /** Where something is found. */
    public record Place(String jar, String folder) {
        @Override
        public String toString() {
            return jar + " in " + folder;
        }
    }

    /**
     * One that is there more than once.
     *
     * @param fails whether a run cannot go well with it
     * @param places the one in use first
     */
    public record Twice(String what, boolean fails, List<Place> places) {
        @Override
        public String toString() {
            return what + ": " + places.stream().map(Place::toString).collect(Collectors.joining(", then "));
        }
    }
}
