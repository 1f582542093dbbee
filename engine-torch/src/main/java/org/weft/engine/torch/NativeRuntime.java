package org.weft.engine.torch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/**
 * What must happen before the first tensor, and what a person should know of the natives of this process.
 *
 * <p>JavaCPP opens libtorch.so as soon as it is unpacked; where the system has another libtorch, the loader then takes
 * the dependencies from there and the process dies. So all of them are unpacked before the first torch class is
 * touched.
 */
public final class NativeRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(NativeRuntime.class);
    private static final List<String> LIBRARIES =
            List.of("libc10.so", "libtorch_cpu.so", "libgomp.so.1", "libtorch.so");
    private static final List<String> CUDA_LIBRARIES = List.of("libc10_cuda.so", "libtorch_cuda.so");
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";
    private static final String HINT = "the jars org.bytedeco:pytorch, openblas and javacpp of this platform must be on"
            + " the class path, and ~/.javacpp (or -Dorg.bytedeco.javacpp.cachedir) writable with 500 MB free";

    private NativeRuntime() {}

    /**
     * Unpacks and loads the natives; idempotent, any thread.
     *
     * @throws WeftException where they cannot be loaded, or another library for matrix products is asked for than this process has
     */
    public static void load() {
        try {
            Loaded.touch();
        } catch (ExceptionInInitializerError failed) {
            if (failed.getCause() instanceof WeftException known) {
                throw known;
            }
            throw failed;
        }
        OtherBlas.requireLoaded();
    }

    /** Sets the threads that an operation of the calling thread may use; other threads are not affected. */
    static void setThreads(int threads) {
        load();
        torch.set_num_threads(threads);
    }

    /** Number of GPUs that libtorch can use here: 0 without CUDA natives. */
    public static int cudaDevices() {
        load();
        return torch.cuda_is_available() ? torch.cuda_device_count() : 0;
    }

    /** Facts about this process and what to do about those that cost speed. */
    public static NativeDescription describe() {
        load();
        return new NativeDescription(
                version("pytorch"),
                version("javacpp"),
                torch.get_cpu_capability().getString(),
                Runtime.getRuntime().availableProcessors(),
                cudaDevices(),
                OtherBlas.chosen() == null ? "OpenBLAS " + version("openblas") : OtherBlas.chosen(),
                QuantizedKernels.multipliesBfloat16(),
                allocator(System.getenv()),
                advice(System.getenv(), System::getProperty));
    }

    static List<NativeDescription.Advice> advice(Map<String, String> environment, UnaryOperator<String> property) {
        List<NativeDescription.Advice> advice = new ArrayList<>();
        for (String name : List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")) {
            if (!"1".equals(environment.get(name))) {
                add(advice, finding(name, environment.get(name)), "set " + name + "=1: one replica is one thread");
            }
        }
        for (String name : List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_THREAD_TIMEOUT")) {
            if (!environment.getOrDefault(name, "").isEmpty()) {
                add(advice, name + "=" + environment.get(name), "unset " + name + ": it may halve the speed");
            }
        }
        for (String name : List.of("maxphysicalbytes", "maxbytes")) {
            String key = "org.bytedeco.javacpp." + name;
            if (!"0".equals(property.apply(key))) {
                add(
                        advice,
                        finding(key, property.apply(key)),
                        "start Java with -D" + key + "=0: Weft bounds native memory");
            }
        }
        String allocator = allocator(environment);
        if (allocator.equals("glibc")) {
            add(
                    advice,
                    "allocator=glibc returns freed pages to the system at once",
                    "preload jemalloc with MALLOC_CONF=dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always, or set"
                            + " MALLOC_MMAP_THRESHOLD_, MALLOC_TRIM_THRESHOLD_ and MALLOC_TOP_PAD_ to 1073741824");
        } else if (allocator.equals("jemalloc") && !environment.containsKey("MALLOC_CONF")) {
            add(
                    advice,
                    "jemalloc without MALLOC_CONF is slower than glibc",
                    "set MALLOC_CONF=dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always");
        }
        return List.copyOf(advice);
    }

    private static void add(List<NativeDescription.Advice> advice, String finding, String hint) {
        advice.add(new NativeDescription.Advice(finding, hint));
    }

    private static String finding(String name, String value) {
        return value == null ? name + " is not set" : name + "=" + value;
    }

    private static String allocator(Map<String, String> environment) {
        try {
            String maps = Files.readString(Path.of("/proc/self/maps"));
            if (maps.contains("jemalloc")) {
                return "jemalloc";
            }
            if (maps.contains("tcmalloc")) {
                return "tcmalloc";
            }
        } catch (IOException e) {
            return "unknown";
        }
        boolean keepsPages =
                environment.containsKey("MALLOC_MMAP_THRESHOLD_") && environment.containsKey("MALLOC_TRIM_THRESHOLD_");
        return keepsPages ? "glibc, keeping its pages" : "glibc";
    }

    private static String version(String artifact) {
        String name = "/META-INF/maven/org.bytedeco/" + artifact + "/pom.properties";
        try (InputStream in = Loader.class.getResourceAsStream(name)) {
            if (in == null) {
                return "unknown";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** Runs the loading once for each process, in its initializer. */
    private static final class Loaded {
        static {
            keepCacheWritable();
            unpack();
            try {
                Loader.load(torch.class);
            } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
                throw unusable("libtorch cannot be loaded: " + e.getMessage(), e);
            }
            for (NativeDescription.Advice each : advice(System.getenv(), System::getProperty)) {
                LOG.warn("{}; {}", each.finding(), each.hint());
            }
        }

        static void touch() {
            // The initializer has run.
        }

        /** A container may have no home that can be written to; its temporary folder is its own. */
        private static void keepCacheWritable() {
            Path home = Path.of(System.getProperty("user.home", "/nonexistent"));
            if (System.getProperty(CACHE) == null && !Files.isWritable(home)) {
                Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
                System.setProperty(CACHE, temporary.resolve("weft-javacpp").toString());
            }
        }

        private static void unpack() {
            String extension = Loader.loadProperties().getProperty("platform.extension", "");
            List<String> folders = List.of(Loader.getPlatform() + extension, Loader.getPlatform());
            boolean found = false;
            for (String folder : folders) {
                List<String> libraries = new ArrayList<>(LIBRARIES);
                libraries.addAll(CUDA_LIBRARIES);
                for (String library : libraries) {
                    found |= unpack("/org/bytedeco/pytorch/" + folder + "/" + library);
                }
            }
            if (!found) {
                throw unusable("no libtorch for platform " + Loader.getPlatform() + " on the class path", null);
            }
        }

        private static boolean unpack(String resource) {
            URL url = Loader.class.getResource(resource);
            if (url == null) {
                return false;
            }
            try {
                return Loader.cacheResource(url) != null;
            } catch (IOException e) {
                throw unusable("cannot unpack " + resource + ": " + e.getMessage(), e);
            }
        }

        private static WeftException unusable(String message, Throwable cause) {
            return new WeftException(ExitStatus.FAILED, message, HINT, cause);
        }
    }
}
