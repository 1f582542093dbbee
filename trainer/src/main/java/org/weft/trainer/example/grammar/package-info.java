/**
 * Data that is generated: rows by the rules of a grammar that stands beside an example. Of one draw several texts are made that belong
 * together, a sentence and its translation or a message and its kind.
 */
package org.weft.trainer.example.grammar;
