/** The card of an exported model: what Weft knows of it, in the form that Hugging Face's hub shows. */
package org.weft.trainer.card;
