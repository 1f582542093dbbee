/** Pre-training: from a prepared corpus to a trained Transformer. */
package org.weft.trainer.pretrain;
