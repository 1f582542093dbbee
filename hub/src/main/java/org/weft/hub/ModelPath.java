package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * Where a Hugging Face model lies: a directory, or one with an adapter over it, which is written {@code BASE+ADAPTER}. An
 * adapter's directory alone stands for itself over the base that it names, where that is a directory.
 *
 * @param adapter directory of the adapter; empty for none
 */
record ModelPath(String base, String adapter) {
    private static final String BASE = "base_model_name_or_path";

    /**
     * What a path stands for; what is no adapter is itself.
     *
     * @throws WeftException of an adapter alone whose base is not there
     */
    static ModelPath of(Store store, String path) throws IOException {
        if (isAdapter(store, path)) {
            return alone(store, path);
        }
        for (int plus = path.indexOf('+'); plus > 0; plus = path.indexOf('+', plus + 1)) {
            String adapter = path.substring(plus + 1);
            if (!adapter.isEmpty() && isAdapter(store, adapter)) {
                return new ModelPath(path.substring(0, plus), adapter);
            }
        }
        return new ModelPath(path, "");
    }

    /** Whether an adapter is all that lies in a directory. */
    static boolean isAdapter(Store store, String directory) throws IOException {
        return store.exists(directory + "/" + PeftConfig.FILE)
                && !store.exists(directory + "/" + HuggingFaceConfig.FILE);
    }

    private static ModelPath alone(Store store, String adapter) throws IOException {
        String path = adapter + "/" + PeftConfig.FILE;
        JsonNode config = Json.parse(store.readAll(path), path, "take another copy of the adapter");
        String base = config.path(BASE).asText("");
        if (base.isEmpty() || !store.exists(base + "/" + HuggingFaceConfig.FILE)) {
            throw WeftException.usage(
                    adapter + " is an adapter, and its base is not here: " + BASE + "="
                            + (base.isEmpty() ? "(none)" : base),
                    "give both, the base's directory first: BASE+" + adapter);
        }
        return new ModelPath(base, adapter);
    }
}
