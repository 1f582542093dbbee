/** Conversations on their way to a model: messages become the text, and the tokens, that it was trained on. */
package org.weft.tuning.chat;
