/** A short run whose learning rate grows from step to step, and what it says of the rate to train with. */
package org.weft.trainer.rate;
