package org.weft.engine;

/**
 * A mean in the making of what passes tell beside their losses.
 *
 * @param name as records have it
 * @param sum of what it is a mean of
 * @param count how many they are
 */
public record Figure(String name, double sum, long count) {}
