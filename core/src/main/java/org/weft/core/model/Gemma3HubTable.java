package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/**
 * Gemma 3 for text as Hugging Face has it. Rotary positions are said for both kinds of blocks, in one of two forms:
 *
 * <pre>
 *   "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0, "rope_scaling": null | {…}    the scaling of blocks without a window
 *   "rope_parameters": {"full_attention": {"rope_theta": …}, "sliding_attention": {"rope_theta": …}}
 * </pre>
 */
final class Gemma3HubTable extends GemmaHubTable {
    private static final String LOCAL = "rope_local_base_freq";
    private static final String PARAMETERS = "rope_parameters";
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";
    private static final String THETA = "rope_theta";
    private static final Set<String> TYPES = Set.of("rope_type", "type");
    private static final String PATTERN = "sliding_window_pattern";
    private static final int USUAL_PATTERN = 6;

    @Override
    RotaryFamily family() {
        return new Gemma3Family();
    }

    @Override
    public List<String> architectures() {
        return List.of("Gemma3ForCausalLM", "Gemma3TextModel");
    }

    @Override
    public String classPrefix() {
        return "Gemma3";
    }

    @Override
    RotaryHubKeys rotary() {
        return new RotaryHubKeys(1_000_000);
    }

    /** They are off in Gemma 3. */
    @Override
    public List<Setting> settings() {
        return with(super.settings(), Setting.off("attn_logit_softcapping"), Setting.off("final_logit_softcapping"));
    }

    @Override
    public Set<String> special() {
        return RotaryFamily.and(super.special(), LOCAL, PATTERN, "_" + PATTERN);
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        ObjectNode flat = config.deepCopy();
        JsonNode both = config.path(PARAMETERS);
        if (Json.isGiven(both)) {
            readNested(both, config.path(LOCAL), flat, problems);
        }
        super.read(flat, tensors, model, problems);
        JsonNode local = flat.path(LOCAL);
        if (Json.isGiven(local) && !local.isNumber()) {
            problems.add(LOCAL + "=" + local + " is no number");
        } else if (Json.isGiven(local) && local.asDouble() != 10000) {
            model.put("rope_local_theta", local.asDouble());
        }
        if (!Json.isGiven(config.path("layer_types"))) {
            readPattern(config, model, problems);
        }
    }

    /** Takes the section of each kind of blocks to where the older form has its values. */
    private static void readNested(JsonNode both, JsonNode local, ObjectNode flat, List<String> problems) {
        both.properties().stream()
                .filter(each -> !(Set.of(FULL, SLIDING).contains(each.getKey())
                                && each.getValue().isObject())
                        && Json.isGiven(each.getValue()))
                .forEach(each -> problems.add(PARAMETERS + "." + each.getKey() + "=" + each.getValue()
                        + " is not one that Weft has: an object for " + FULL + " and one for " + SLIDING));
        flat.set(PARAMETERS, both.path(FULL));
        JsonNode sliding = both.path(SLIDING);
        sliding.properties().stream()
                .filter(each -> Json.isGiven(each.getValue()) && !each.getKey().equals(THETA))
                .filter(each -> !(TYPES.contains(each.getKey())
                        && each.getValue().asText().equals("default")))
                .forEach(each -> problems.add(PARAMETERS + "." + SLIDING + "." + each.getKey() + "=" + each.getValue()
                        + " is not one that Weft has" + (TYPES.contains(each.getKey()) ? ": default" : "")));
        JsonNode theta = sliding.path(THETA);
        if (!Json.isGiven(theta)) {
            return;
        }
        if (local.isNumber() && theta.isNumber() && local.asDouble() != theta.asDouble()) {
            problems.add(PARAMETERS + "." + SLIDING + "." + THETA + "=" + theta + " and " + LOCAL + "=" + local
                    + " disagree");
        }
        flat.set(LOCAL, theta);
    }

    /** Every how many-th block looks at all tokens. The library reads no key that begins with an underscore, and writes one. */
    private static void readPattern(JsonNode config, ObjectNode model, List<String> problems) {
        JsonNode said = config.path(PATTERN);
        if (Json.isGiven(said) && !(said.isIntegralNumber() && said.canConvertToInt() && said.asInt() > 0)) {
            problems.add(PATTERN + "=" + said + " is no number of layers");
            return;
        }
        int every = said.asInt(USUAL_PATTERN);
        JsonNode written = config.path("_" + PATTERN);
        if (Json.isGiven(written) && written.asInt() != every) {
            problems.add("_" + PATTERN + "=" + written + " has no effect, and is not " + PATTERN + "=" + every
                    + ": layer_types is missing");
        } else if (every != USUAL_PATTERN && model.has("sliding_window")) {
            model.put("full_attention_every", every);
        }
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        super.write(model, config);
        config.put(LOCAL, family().windowTheta(model));
    }

    /** The plain prefix is of classes that look at pictures, too. */
    @Override
    public String taskClass(String task) {
        return classPrefix() + "Text" + task;
    }

    @Override
    public Set<String> tasksWithoutClass() {
        return Set.of(TOKENS, SPANS);
    }
}
