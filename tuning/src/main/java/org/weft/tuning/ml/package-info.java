/**
 * Fine-tuning and prediction as stages of Spark ML pipelines: an {@code Estimator} that runs a whole Weft run inside the
 * caller's Spark application, and the {@code Model} that comes of it.
 */
package org.weft.tuning.ml;
