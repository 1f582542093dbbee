/**
 * The chain from raw files to an exported model: what each file says of another, and what is found there. Nothing is
 * believed that can be computed again.
 */
package org.weft.trainer.prove;
