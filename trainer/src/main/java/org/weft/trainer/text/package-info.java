/** Tokens of growing texts on their way to being read. */
package org.weft.trainer.text;
