/**
 * Where Spark ML's stages stood in 0.1.0. What was saved then names them by these names, and Spark looks them up here; the
 * stages themselves are those of {@link org.weft.tuning.ml}.
 */
package org.weft.trainer.ml;
