package org.weft.serve;

import java.util.List;

/** Paths of the API. */
final class Endpoints {
    static final String COMPLETIONS = "/v1/completions";
    static final String CHAT = "/v1/chat/completions";
    static final String EMBEDDINGS = "/v1/embeddings";
    static final String CLASSIFY = "/classify";
    static final String PREDICT = "/predict";
    static final String MODELS = "/v1/models";
    static final String METRICS = "/metrics";
    static final String HEALTH = "/health";
    static final String PAGE = "/";

    /** Those that a model answers. */
    static final List<String> OF_MODELS = List.of(COMPLETIONS, CHAT, EMBEDDINGS, CLASSIFY, PREDICT);

    private static final List<String> POSTED = List.of("POST", "OPTIONS");
    private static final List<String> READ = List.of("GET", "HEAD", "OPTIONS");
    private static final List<String> OTHERS =
            List.of(PAGE, HEALTH, HEALTH + "/live", HEALTH + "/ready", METRICS, MODELS);

    private Endpoints() {}

    /** The path where it is one of the API's, for metrics: others are without number. */
    static String of(String path) {
        boolean known = OF_MODELS.contains(path) || OTHERS.contains(path);
        return known ? path : path.startsWith(MODELS + "/") ? MODELS : "other";
    }

    /** What a path takes; what it is for comes first. */
    static List<String> methods(String endpoint) {
        return OF_MODELS.contains(endpoint) ? POSTED : READ;
    }

    /** All that there are, for who asked for another. */
    static String told() {
        return String.join(", ", OF_MODELS) + ", " + MODELS + ", " + HEALTH + ", " + METRICS + " and " + PAGE;
    }
}
