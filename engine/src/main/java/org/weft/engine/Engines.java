package org.weft.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ClusterConfig.Device;
import org.weft.core.config.Suggestion;
import org.weft.core.config.TrainingConfig.OptimizerKind;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.optim.MatrixProducts;

/** The engines of this process's class path, by the name that {@code cluster.engine} gives them. Any thread. */
public final class Engines {
    /** The engine that is always there. */
    public static final String TORCH = "torch";

    private Engines() {}

    /**
     * Opens a replica with parameters of zero. The calling thread owns it from here on.
     *
     * @throws WeftException where the engine is not on the class path, or cannot compute this
     */
    public static ModelReplica open(String engine, ModelShape shape, ReplicaOptions options) {
        return loading(engine, () -> {
            EngineProvider provider = known(engine);
            provider.require(shape, options);
            return provider.open(shape, options);
        });
    }

    static <T> T loading(String engine, Supplier<T> opening) {
        try {
            return opening.get();
        } catch (LinkageError | ServiceConfigurationError e) {
            throw notLoaded("the engine " + engine, e);
        }
    }

    /**
     * What is said of the error that libraries raise where a native one cannot be loaded. To Spark such errors are fatal:
     * it would end one executor after another, and nobody would hear why.
     */
    public static WeftException notLoaded(String what, Error error) {
        Throwable first = error;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        return new WeftException(
                ExitStatus.CLUSTER,
                what + " cannot be loaded on this machine: " + first,
                "its native libraries need this machine's kind of processor, system and C library, and room to be unpacked"
                        + " in (the home directory's .javacpp/cache, the temporary directory)",
                error);
    }

    /** The checks of {@link #open} alone: for a driver, before executors start. */
    public static void require(String engine, ModelShape shape, ReplicaOptions options) {
        known(engine).require(shape, options);
    }

    /** Opens a replica of the run's engine, as the run is configured to train. */
    public static ModelReplica open(WeftConfig config, ModelShape shape, String device) {
        return open(config.cluster().engine(), shape, options(config, device));
    }

    /** What the run's engine cannot compute is said before anything starts. */
    public static void require(WeftConfig config, ModelShape shape) {
        String device = config.cluster().device() == Device.CUDA ? "cuda" : "cpu";
        requireDistillation(config);
        requireProducts(config);
        require(config.cluster().engine(), shape, options(config, device));
    }

    private static void requireDistillation(WeftConfig config) {
        String engine = config.cluster().engine();
        if (config.distillation().active() && !known(engine).distils()) {
            throw WeftException.usage(
                    "cluster.engine=" + engine + " learns from no teacher: distillation."
                            + (config.distillation().asks()
                                    ? "teacher=" + config.distillation().teacher()
                                    : "logits=" + config.distillation().logits()),
                    "use cluster.engine=" + TORCH);
        }
    }

    /** That servers of a run have what they multiply matrices with, where they do. */
    public static void requireProducts(WeftConfig config) {
        String engine = config.cluster().engine();
        if (config.training().optimizer() == OptimizerKind.MUON
                && !known(engine).multiplies()) {
            throw WeftException.usage(
                    "cluster.engine=" + engine + " has no products of matrices for training.optimizer=muon",
                    "use cluster.engine=" + TORCH + ", or training.optimizer=adamw");
        }
    }

    /** What a server of a run multiplies matrices with, on the calling thread; where it moves none nothing is loaded. */
    public static MatrixProducts products(WeftConfig config) {
        if (config.training().optimizer() != OptimizerKind.MUON) {
            return MatrixProducts.PLAIN;
        }
        requireProducts(config);
        String engine = config.cluster().engine();
        return loading(engine, () -> known(engine).products(config.cluster().threads()));
    }

    private static ReplicaOptions options(WeftConfig config, String device) {
        return ReplicaOptions.training(device, config.cluster(), config.training());
    }

    /** That the class path has it, before anything is started for it. */
    public static void require(String engine) {
        known(engine);
    }

    /** Whether the class path has it. */
    public static boolean has(String engine) {
        return providers().stream().anyMatch(each -> each.name().equals(engine));
    }

    private static EngineProvider known(String engine) {
        List<EngineProvider> providers = providers();
        List<String> names = providers.stream().map(EngineProvider::name).toList();
        return providers.stream()
                .filter(each -> each.name().equals(engine))
                .findFirst()
                .orElseThrow(() -> WeftException.usage(
                        "cluster.engine=" + engine + " is not on the class path, which has " + names
                                + Suggestion.near(names, engine),
                        "put weft-" + engine + " and its libraries on the class path of driver and executors, or set"
                                + " cluster.engine=" + TORCH + ": checkpoints are the same for every engine"));
    }

    /** Spark's own loader of added jars first, then the one that has this class. */
    private static List<EngineProvider> providers() {
        List<EngineProvider> found = new ArrayList<>();
        ServiceLoader.load(EngineProvider.class).forEach(found::add);
        if (found.isEmpty()) {
            ServiceLoader.load(EngineProvider.class, EngineProvider.class.getClassLoader())
                    .forEach(found::add);
        }
        return found;
    }
}
