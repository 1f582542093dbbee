/**
 * Labelled examples: their file format, writer and random-access reader, the manifest that commits them, and one split
 * read by number. A Spark job writes them, workers read them when they fine-tune.
 */
package org.weft.core.examples;
