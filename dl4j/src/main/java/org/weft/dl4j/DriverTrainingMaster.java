package org.weft.dl4j;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.TrainingWorker;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;

/**
 * A training master whose work is done by tasks of its own, not by Deeplearning4j's workers: what such a one refuses, and its
 * listeners and statistics, which live on the driver.
 */
abstract class DriverTrainingMaster implements TrainingMaster<TrainingResult, TrainingWorker<TrainingResult>> {
    private Collection<TrainingListener> listeners = List.of();
    private FitStats stats;

    /** Where times go: kept only if they are collected. */
    FitStats stats() {
        return stats == null ? new FitStats() : stats;
    }

    /** The master's listeners and the network's own. */
    Collection<TrainingListener> listeners(Model model) {
        Collection<TrainingListener> all = new ArrayList<>(listeners);
        Collection<TrainingListener> own = model instanceof MultiLayerNetwork layers
                ? layers.getListeners()
                : ((ComputationGraph) model).getListeners();
        own.stream().filter(listener -> !all.contains(listener)).forEach(all::add);
        return all;
    }

    /**
     * There are no workers of this kind: Weft's own tasks train.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public TrainingWorker<TrainingResult> getWorkerInstance(SparkDl4jMultiLayer network) {
        throw noWorker();
    }

    /**
     * There are no workers of this kind: Weft's own tasks train.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public TrainingWorker<TrainingResult> getWorkerInstance(SparkComputationGraph graph) {
        throw noWorker();
    }

    private static UnsupportedOperationException noWorker() {
        return new UnsupportedOperationException("this master has no TrainingWorker: Weft's tasks train; call fit");
    }

    /**
     * Hooks run within a TrainingWorker, of which there is none.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public void addHook(TrainingHook hook) {
        throw new UnsupportedOperationException(
                "this master runs no TrainingHook: use a TrainingListener, which runs on the driver");
    }

    @Override
    public void removeHook(TrainingHook hook) {
        // None was added.
    }

    @Override
    public String toYaml() {
        return toJson(); // JSON is YAML.
    }

    @Override
    public void setCollectTrainingStats(boolean collect) {
        stats = collect ? new FitStats() : null;
    }

    @Override
    public boolean getIsCollectTrainingStats() {
        return stats != null;
    }

    @Override
    public SparkTrainingStats getTrainingStats() {
        return stats;
    }

    @Override
    public void setListeners(Collection<TrainingListener> trainingListeners) {
        listeners = List.copyOf(trainingListeners);
    }

    /** As without a router: listeners run on the driver, where they reach any storage themselves. */
    @Override
    public void setListeners(StatsStorageRouter router, Collection<TrainingListener> trainingListeners) {
        setListeners(trainingListeners);
    }
}
