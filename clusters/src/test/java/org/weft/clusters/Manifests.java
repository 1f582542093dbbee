package org.weft.clusters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The files in {@code deploy/kubernetes} as Kubernetes reads them. */
final class Manifests {
    static final Path FOLDER = Path.of("..", "deploy", "kubernetes");

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private Manifests() {}

    static String text(String file) {
        try {
            return Files.readString(FOLDER.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file that kustomize alone reads. */
    static JsonNode yaml(String file) {
        try {
            return YAML.readTree(text(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    /** What a file declares, in its order. */
    static List<HasMetadata> in(String file) {
        List<HasMetadata> found = new ArrayList<>();
        for (String document : text(file).split("(?m)^---$")) {
            found.add((HasMetadata) Serialization.unmarshal(document));
        }
        return found;
    }

    static <T extends HasMetadata> T one(String file, Class<T> type) {
        return in(file).stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError(file + " has no " + type.getSimpleName()));
    }

    /** Fields of no known name, by their paths: each type of the model keeps them apart. */
    static Map<String, Object> unknownFields(Object resource) {
        Map<String, Object> unknown = new TreeMap<>();
        walk("", resource, unknown);
        return unknown;
    }

    private static void walk(String path, Object value, Map<String, Object> unknown) {
        if (value instanceof Collection<?> list) {
            int i = 0;
            for (Object item : list) {
                walk(path + "[" + i++ + "]", item, unknown);
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, item) -> walk(path + "." + key, item, unknown));
        } else if (value != null && value.getClass().getName().startsWith("io.fabric8.kubernetes.api.model.")) {
            for (Method method : value.getClass().getMethods()) {
                if (method.getParameterCount() == 0 && method.getName().startsWith("get")) {
                    property(path, value, method, unknown);
                }
            }
        }
    }

    private static void property(String path, Object value, Method getter, Map<String, Object> unknown) {
        Object read;
        try {
            read = getter.invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(path + ": " + getter, e);
        }
        String name = getter.getName().substring(3);
        if (name.equals("AdditionalProperties")) {
            ((Map<?, ?>) read).forEach((key, item) -> unknown.put(path + "." + key, item));
        } else {
            walk(path + "." + name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1), read, unknown);
        }
    }
}
