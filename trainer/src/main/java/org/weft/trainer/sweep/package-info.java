/**
 * A scaling study: a family of sizes on one corpus, the law that their losses follow, and what it says of a size that the
 * fit has not seen. Pure arithmetic and text; the runs are the command's.
 */
package org.weft.trainer.sweep;
