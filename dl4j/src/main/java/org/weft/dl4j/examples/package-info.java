/**
 * Examples that people start with, {@code ./weft example NAME}: an {@link org.weft.dl4j.examples.ExampleNetwork} is data and
 * networks, {@link org.weft.dl4j.examples.ExampleRun} trains one, {@link org.weft.dl4j.examples.ExampleReport} says what came
 * of it.
 */
package org.weft.dl4j.examples;
