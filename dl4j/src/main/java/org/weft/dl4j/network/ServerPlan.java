package org.weft.dl4j.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.weft.core.WeftException;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.ParameterRule;

/**
 * A network's training settings as servers carry them out: one optimizer, one schedule of learning rates, and a rule for each
 * parameter.
 *
 * @param layout names are those of Deeplearning4j's parameter table, such as {@code 0_W}
 * @param settings keys of the configuration's {@code training} section
 */
public record ServerPlan(ParameterLayout layout, Map<String, Object> settings) {

    /**
     * Reads a network's settings.
     *
     * @param firstStep of the fit
     * @param endStep of the fit, not included
     * @param epochs the epoch of a step, for schedules that go by epochs
     * @throws WeftException naming everything that servers cannot do
     */
    public static ServerPlan of(Network network, int firstStep, int endStep, IntUnaryOperator epochs) {
        List<String> problems = new ArrayList<>(NetworkChecks.problems(network));
        List<UpdaterBlock.ParamState> params = network.updater().getUpdaterBlocks().stream()
                .flatMap(block -> block.getLayersAndVariablesInBlock().stream())
                .toList();
        RateTable rates = new RateTable(firstStep, endStep, epochs);
        UpdaterKind kind = null;
        String first = "";
        for (UpdaterBlock.ParamState param : params) {
            IUpdater updater = updater(param);
            if (updater instanceof NoOp) {
                continue;
            }
            String name = name(network, param);
            UpdaterKind own = UpdaterKind.of(updater);
            if (own == null) {
                problems.add(name + " has the updater " + updater.getClass().getSimpleName());
                continue;
            }
            UpdaterKind.unsupported(updater).forEach(what -> problems.add(name + " has " + what));
            if (kind == null) {
                kind = own;
                first = name;
            } else if (!kind.equals(own)) {
                problems.add(name + " has the updater " + own.settings() + ", " + first + " has " + kind.settings());
            }
            rates.add(updater);
        }
        if (kind == null) {
            problems.add("no parameter is trained");
        }
        ParameterLayout.Builder layout = ParameterLayout.builder();
        for (UpdaterBlock.ParamState param : params) {
            layout.add(name(network, param), shape(param), rule(network, param, rates, problems), Initializer.ZEROS);
        }
        if (!problems.isEmpty()) {
            throw WeftException.usage(
                    "Weft's servers cannot train this network: " + String.join("; ", problems),
                    "docs/dl4j.md says what they do: Sgd, Nesterovs, Adam, AMSGrad; change these settings, or train it with"
                            + " ParameterAveragingTrainingMaster");
        }
        Map<String, Object> settings = kind.settings();
        settings.putAll(rates.settings());
        settings.put("weight_decay", 0);
        return new ServerPlan(layout.build(), settings);
    }

    static IUpdater updater(UpdaterBlock.ParamState param) {
        return param.getLayer().getConfig().getUpdaterByParam(param.getParamName());
    }

    static String name(Network network, UpdaterBlock.ParamState param) {
        return network.nameOf(param.getLayer()) + "_" + param.getParamName();
    }

    private static List<Integer> shape(UpdaterBlock.ParamState param) {
        List<Integer> shape = new ArrayList<>();
        long elements = 1;
        for (long dimension : param.getParamView().shape()) {
            shape.add(Math.toIntExact(dimension));
            elements *= dimension;
        }
        int expected = param.getParamOffsetEnd() - param.getParamOffsetStart();
        if (elements != expected) {
            throw new IllegalStateException(param.getParamName() + ": elements=" + elements + " expected=" + expected);
        }
        return shape;
    }

    private static ParameterRule rule(
            Network network, UpdaterBlock.ParamState param, RateTable rates, List<String> problems) {
        IUpdater updater = updater(param);
        if (updater instanceof NoOp) {
            return ParameterRule.DIRECT;
        }
        String name = name(network, param);
        Penalties penalties = Penalties.of(param, name, problems);
        double rate = UpdaterKind.of(updater) == null ? 1 : rates.factor(updater, name, problems);
        return new ParameterRule(
                false,
                rate,
                penalties.l1(),
                penalties.l2(),
                penalties.weightDecay(),
                NetworkChecks.clipValue(param),
                false);
    }
}
