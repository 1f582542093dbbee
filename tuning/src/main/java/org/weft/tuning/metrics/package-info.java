/**
 * What a fine-tuned model's predictions are worth: for each kind of task the rows that an evaluation hands over, their
 * metrics with the names and definitions of scikit-learn, confidence intervals by resampling the rows, and what the folds
 * of a cross-validation come to. Pure, deterministic Java without Spark: rows are collected first.
 *
 * <p><b>To add a metric</b> to a report, put it into {@code metrics()} of the predictions that have it. To choose
 * checkpoints by it too ({@code finetune.metric}), add it to {@link org.weft.core.config.Metric}, to the
 * heads that have it ({@link org.weft.core.config.HeadKind}), and to what an evaluation during training computes
 * ({@code driver.run.ValidationScores}). Those of generated texts are {@link org.weft.core.scores.text.TextMatches}'.
 *
 * <p><b>Where a metric has no value.</b> A precision, recall or F1 whose denominator is 0 is 0, as with scikit-learn's
 * {@code zero_division=0}. Everything else that scikit-learn answers with NaN or with an error (one class absent, no rows, a
 * constant to correlate with) is NaN here, so that one metric without a value never hides the others.
 */
package org.weft.tuning.metrics;
