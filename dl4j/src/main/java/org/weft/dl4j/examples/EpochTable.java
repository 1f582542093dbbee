package org.weft.dl4j.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** The epochs of a training, a line each, said as they end. */
final class EpochTable {
    private final Consumer<String> say;
    private final boolean perplexity;
    private final List<Epoch> epochs = new ArrayList<>();

    /**
     * An epoch.
     *
     * @param trainLoss mean over its steps, each with the parameters it began with, penalties included
     * @param seconds on the clock; next to none where an earlier process trained it
     */
    record Epoch(int epoch, double trainLoss, double valLoss, double valAccuracy, double seconds) {}

    /** @param perplexity whether the loss is that of a language model */
    EpochTable(Consumer<String> say, boolean perplexity) {
        this.say = say;
        this.perplexity = perplexity;
        say.accept("epoch  train_loss  val_loss  " + (perplexity ? "val_perplexity  " : "") + "val_accuracy  seconds");
    }

    void add(Epoch epoch) {
        epochs.add(epoch);
        say.accept(String.format(
                Locale.ROOT,
                "%5d  %10.4f  %8.4f  %s%12.4f  %7.1f",
                epoch.epoch(),
                epoch.trainLoss(),
                epoch.valLoss(),
                perplexity ? String.format(Locale.ROOT, "%14.1f  ", Math.exp(epoch.valLoss())) : "",
                epoch.valAccuracy(),
                epoch.seconds()));
    }

    List<Epoch> epochs() {
        return epochs;
    }
}
