/**
 * Chat templates: the part of Jinja that they are written in, as Hugging Face's {@code transformers} runs it.
 *
 * <p>On the way from messages to tokens: {@link org.weft.jinja.Template} parses, {@code Lexer} and {@code Parser} behind it, and
 * renders; what comes out is {@link org.weft.jinja.Rendered}. A template is a program from the network. It sees plain values
 * alone (texts, numbers, truth values, lists, maps), there is no way from them to a class, a file or another thread, and all that
 * it does is counted: see {@link org.weft.jinja.Limits}. The same values give the same text on every machine.
 */
package org.weft.jinja;
