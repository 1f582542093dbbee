package org.weft.core.model;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * Mixtral (Jiang et al. 2024): Mistral with several perceptrons in a block, of which a router chooses some for each token.
 *
 * <p>D width, M width within a perceptron, E experts, L blocks.
 */
public final class MixtralFamily extends RotaryFamily {
    private static final int EXPERTS = 8;
    private static final int CHOSEN = 2;
    private static final String ROUTER = "block_sparse_moe.gate";
    private static final double BALANCE = 0.001;

    @Override
    public String name() {
        return "mixtral";
    }

    @Override
    public String summary() {
        return "mistral with a mixture of experts.";
    }

    /** E. */
    public int experts(ModelConfig model) {
        return model.experts() > 0 ? model.experts() : EXPERTS;
    }

    /** How many of them a token goes to. */
    public int chosen(ModelConfig model) {
        return model.expertsPerToken() > 0 ? model.expertsPerToken() : CHOSEN;
    }

    /** What the balance of the experts counts beside a token's loss; 0 for nothing. */
    public double balance(ModelConfig model) {
        return model.routerAuxLossCoef() == 0 ? BALANCE : Math.max(0, model.routerAuxLossCoef());
    }

    @Override
    public Set<String> ownKeys() {
        return and(super.ownKeys(), "sliding_window", "experts", "experts_per_token", "router_aux_loss_coef");
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        super.validate(model, problems);
        problems.require(model.experts() >= 0, "model.experts=%d must not be negative", model.experts());
        problems.require(
                model.expertsPerToken() >= 0 && chosen(model) <= experts(model),
                "model.experts_per_token=%d must be at most the model's experts, %d",
                chosen(model),
                experts(model));
        problems.require(
                model.routerAuxLossCoef() >= 0 || model.routerAuxLossCoef() == -1,
                "model.router_aux_loss_coef=%s must be positive, 0 or -1",
                model.routerAuxLossCoef());
    }

    @Override
    void perceptron(ParameterLayout.Builder layout, String prefix, ModelConfig model) {
        int width = model.width();
        int hidden = model.hiddenWidth();
        linear(layout, prefix + ROUTER, experts(model), width); // (E, D)
        for (int expert = 0; expert < experts(model); expert++) {
            String own = prefix + "block_sparse_moe.experts." + expert;
            linear(layout, own + ".w1", hidden, width); // (M, D), the gate
            linear(layout, own + ".w3", hidden, width); // (M, D)
            linear(layout, own + ".w2", width, hidden); // (D, M)
        }
    }

    /** Experts that a token does not go to multiply nothing. */
    @Override
    public double flopsPerToken(ModelShape shape) {
        ModelConfig model = shape.config();
        double idle = 3.0 * (experts(model) - chosen(model)) * model.hiddenWidth() * model.width() * model.layers();
        return super.flopsPerToken(shape) - 6 * idle;
    }

    @Override
    public long hiddenElements(ModelConfig model) {
        return (long) chosen(model) * model.hiddenWidth();
    }

    @Override
    public Optional<Routing> routing(ModelConfig model) {
        return Optional.of(new Routing(experts(model), chosen(model), balance(model) > 0));
    }

    /** Not what sends tokens to experts: a few rows, whose rounding would send them elsewhere. */
    @Override
    public boolean isMatrix(Parameter parameter) {
        return super.isMatrix(parameter) && !parameter.name().endsWith(ROUTER + ".weight");
    }

    @Override
    public BlockParts parts(ModelConfig model, int block) {
        String prefix = blockPrefix(model, block);
        List<BlockParts.Axis> units = IntStream.range(0, experts(model))
                .mapToObj(expert -> prefix + "block_sparse_moe.experts." + expert)
                .map(own -> BlockParts.gated(model.hiddenWidth(), own + ".w1", own + ".w3", own + ".w2"))
                .toList();
        return RotaryParts.of(this, model, prefix, units);
    }

    @Override
    public HubTable hub() {
        return new MixtralHubTable();
    }
}
