package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.engine.Figure;
import org.weft.engine.ReplicaOptions;

/** What the balance of experts does to a router, and to nothing else. */
class ExpertsTest {
    private static final int VOCABULARY = 97;
    private static final int CONTEXT = 12;
    private static final String ROUTER = "model.layers.0.block_sparse_moe.gate.weight";

    private static ModelShape shape(String balance) {
        return Replicas.configured(
                "{architecture: mixtral, layers: 1, width: 16, heads: 2, mlp_width: 24, context: " + CONTEXT
                        + ", experts: 4, experts_per_token: 1, router_aux_loss_coef: " + balance + "}",
                VOCABULARY);
    }

    private static TorchReplica open(String balance, boolean recompute) {
        TorchReplica replica = TorchReplica.open(shape(balance), new ReplicaOptions("cpu", 1, false, recompute));
        Replicas.initialize(replica, 3);
        return replica;
    }

    private static Batch batch() {
        return Replicas.batch(0, 4, CONTEXT, VOCABULARY);
    }

    private static float[] part(float[] gradient, TorchReplica replica, String name) {
        Parameter parameter = replica.layout().parameters().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        return Arrays.copyOfRange(gradient, (int) parameter.offset(), (int) parameter.end());
    }

    @Test
    void theBalanceMovesTheRouterAndLeavesTheReportedLoss() {
        try (TorchReplica balanced = open("5", false);
                TorchReplica free = open("-1", false)) {
            float[] with = Replicas.gradientOf(balanced, batch(), Replicas.KEY);
            float[] without = Replicas.gradientOf(free, batch(), Replicas.KEY);
            assertThat(part(with, balanced, ROUTER)).isNotEqualTo(part(without, free, ROUTER));
            for (String same : new String[] {
                "model.layers.0.block_sparse_moe.experts.0.w1.weight", "model.norm.weight", "lm_head.weight"
            }) {
                assertThat(part(with, balanced, same)).as(same).isEqualTo(part(without, free, same));
            }
            assertThat(balanced.loss(batch())).isEqualTo(free.loss(batch()));
        }
    }

    /** With one expert to a token its weight is 1: the loss alone would never move the router. */
    @Test
    void theBalanceAloneMovesARouterOfOneExpertToAToken() {
        try (TorchReplica replica = open("5", false)) {
            float[] gradient = part(Replicas.gradientOf(replica, batch(), Replicas.KEY), replica, ROUTER);
            assertThat(gradient).isNotEqualTo(new float[gradient.length]);
            try (TorchReplica free = open("-1", false)) {
                float[] none = part(Replicas.gradientOf(free, batch(), Replicas.KEY), free, ROUTER);
                for (float element : none) {
                    assertThat(Math.abs(element)).isLessThan(1e-6f);
                }
            }
        }
    }

    /** Each token of each block once, whether the block is computed once or twice, and those of a new lane alone. */
    @Test
    void whereTokensWentIsTold() {
        try (TorchReplica keeping = open("5", false);
                TorchReplica recomputing = open("5", true)) {
            Replicas.gradientOf(keeping, batch(), Replicas.KEY);
            List<Figure> figures = keeping.figures();
            assertThat(figures)
                    .extracting(Figure::name)
                    .containsExactly(
                            "router_expert_0",
                            "router_expert_1",
                            "router_expert_2",
                            "router_expert_3",
                            "router_busiest");
            long tokens = 4 * CONTEXT;
            assertThat(figures.subList(0, 4)).allMatch(figure -> figure.count() == tokens);
            assertThat(figures.subList(0, 4).stream().mapToDouble(Figure::sum).sum())
                    .isEqualTo(tokens);
            double most = figures.subList(0, 4).stream()
                    .mapToDouble(Figure::sum)
                    .max()
                    .orElseThrow();
            assertThat(figures.get(4)).isEqualTo(new Figure("router_busiest", most / tokens, 1));
            keeping.loss(batch());
            assertThat(keeping.figures()).as("evaluation is not counted").isEqualTo(figures);
            Replicas.gradientOf(recomputing, batch(), Replicas.KEY);
            assertThat(recomputing.figures()).isEqualTo(figures);
            recomputing.zeroGradients();
            assertThat(recomputing.figures()).allMatch(figure -> figure.sum() == 0);
        }
    }

    @Test
    void recomputationGivesTheSameBitsWithTheBalanceToo() {
        try (TorchReplica keeping = open("5", false);
                TorchReplica recomputing = open("5", true)) {
            assertThat(Replicas.gradientOf(recomputing, batch(), Replicas.KEY))
                    .isEqualTo(Replicas.gradientOf(keeping, batch(), Replicas.KEY));
        }
    }
}
