package org.weft.dl4j.network;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.buffer.DataType;

/** Settings of a network that change what a step is, and whether Weft's steps can be that. */
final class NetworkChecks {
    private NetworkChecks() {}

    /** What stands in the way; empty where nothing does. */
    static List<String> problems(Network network) {
        List<String> problems = new ArrayList<>();
        DataType type = network.params().dataType();
        if (type != DataType.FLOAT) {
            problems.add("its parameters are " + type + ", not FLOAT");
        }
        if (network.truncatesBackPropagation()) {
            problems.add("BackpropType.TruncatedBPTT updates within a sequence (cut the sequences, and use Standard)");
        }
        for (Layer layer : network.layers()) {
            NeuralNetConfiguration conf = network.conf(layer);
            String name = "layer " + network.nameOf(layer);
            if (!conf.isMiniBatch()) {
                problems.add(name + " has miniBatch=false");
            }
            if (conf.getOptimizationAlgo() != null
                    && conf.getOptimizationAlgo() != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
                problems.add(name + " has optimizationAlgo=" + conf.getOptimizationAlgo());
            }
            if (conf.getLayer().getConstraints() != null
                    && !conf.getLayer().getConstraints().isEmpty()) {
                problems.add(name + " has constraints " + conf.getLayer().getConstraints());
            }
            GradientNormalization normalization = layer.getConfig().getGradientNormalization();
            if (normalization != null
                    && normalization != GradientNormalization.None
                    && normalization != GradientNormalization.ClipElementWiseAbsoluteValue) {
                problems.add(name + " has gradientNormalization=" + normalization
                        + " (clipNorm of the training master clips by the norm of the whole gradient)");
            }
        }
        return problems;
    }

    /** Limit of the gradient's elements; 0 for none. */
    static double clipValue(UpdaterBlock.ParamState param) {
        TrainingConfig config = param.getLayer().getConfig();
        return config.getGradientNormalization() == GradientNormalization.ClipElementWiseAbsoluteValue
                ? config.getGradientNormalizationThreshold()
                : 0;
    }
}
