package org.weft.tuning.task;

/** A column that a task's predictions add to rows. */
public record PredictionColumn(String name, Cells cells) {
    /** What the model says; users may call it otherwise. */
    public static final String PREDICTION = "prediction";

    /** What each label's probability is; users may call it otherwise. */
    public static final String PROBABILITIES = "probabilities";

    /** What stands in it. */
    public enum Cells {
        /** A {@code String}. */
        TEXT,
        /** A {@code List} of {@code String}. */
        TEXTS,
        /** A {@code Double}. */
        NUMBER,
        /** An {@code Integer}. */
        INTEGER,
        /** A {@code List} of {@code Float}. */
        VECTOR,
        /** A {@code Map} of {@code String} to {@code Double}. */
        NUMBER_BY_TEXT
    }

    static PredictionColumn prediction(Cells cells) {
        return new PredictionColumn(PREDICTION, cells);
    }

    static PredictionColumn probabilities() {
        return new PredictionColumn(PROBABILITIES, Cells.NUMBER_BY_TEXT);
    }
}
