package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.weft.core.config.ModelConfig;

/** Mixtral as Hugging Face has it. */
final class MixtralHubTable extends RotaryHubTable {
    private static final String EXPERTS = "num_local_experts";
    private static final String CHOSEN = "num_experts_per_tok";
    private static final String BALANCE = "router_aux_loss_coef";

    @Override
    MixtralFamily family() {
        return new MixtralFamily();
    }

    @Override
    public String classPrefix() {
        return "Mixtral";
    }

    @Override
    double epsilon() {
        return 1e-5;
    }

    @Override
    WindowHubKeys windows() {
        return new WindowHubKeys(family(), WindowHubKeys.Told.ALONE, 0);
    }

    @Override
    RotaryHubKeys rotary() {
        return new RotaryHubKeys(1_000_000);
    }

    @Override
    public List<ConfigKey> keys() {
        return with(
                super.keys(),
                ConfigKey.of("tie_word_embeddings", "tie_word_embeddings", false),
                ConfigKey.required(EXPERTS, "experts"),
                ConfigKey.required(CHOSEN, "experts_per_token"),
                ConfigKey.of(BALANCE, "router_aux_loss_coef", 0.001));
    }

    @Override
    public List<Setting> settings() {
        return with(super.settings(), Setting.of("router_jitter_noise", 0.0));
    }

    /** Whether routers' logits are given, which only says so. */
    @Override
    public Set<String> ignored() {
        return Set.of("output_router_logits");
    }

    /** Experts need a router, and a balance of nothing is none. */
    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        super.read(config, tensors, model, problems);
        for (String key : List.of(EXPERTS, CHOSEN)) {
            if (config.path(key).isIntegralNumber() && config.path(key).asInt() < 1) {
                problems.add(key + "=" + config.path(key) + " is no number of experts");
            }
        }
        if (config.path(BALANCE).isNumber() && config.path(BALANCE).asDouble() == 0) {
            model.put("router_aux_loss_coef", -1);
        }
        boolean experts = tensors.stream().anyMatch(name -> name.contains(".block_sparse_moe.experts."));
        if (experts && tensors.stream().noneMatch(name -> name.endsWith(".block_sparse_moe.gate.weight"))) {
            problems.add(EXPERTS + "=" + config.path(EXPERTS) + ": the files have experts and no router"
                    + " (block_sparse_moe.gate)");
        }
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        super.write(model, config);
        config.put(EXPERTS, family().experts(model)).put(CHOSEN, family().chosen(model));
        config.put(BALANCE, family().balance(model));
    }

    @Override
    int keyValueHeads() {
        return 8;
    }
}
